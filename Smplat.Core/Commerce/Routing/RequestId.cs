using System.Globalization;
using System.Security.Cryptography;

namespace Smplat.Core.Commerce.Routing;

/// <summary>Names one call in answers, logs and traces: <c>req_&lt;unix-ms&gt;_&lt;base36&gt;</c>.</summary>
public static class RequestId
{
    private const string Alphabet = "0123456789abcdefghijklmnopqrstuvwxyz";

    public static string Create(DateTimeOffset now) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"req_{now.ToUnixTimeMilliseconds()}_{RandomNumberGenerator.GetString(Alphabet, 10)}");
}
