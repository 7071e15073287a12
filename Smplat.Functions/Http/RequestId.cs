using System.Globalization;
using System.Security.Cryptography;

namespace Smplat.Functions.Http;

/// <summary>Request ids of the commerce envelope: <c>req_&lt;unix ms&gt;_&lt;base 36&gt;</c>.</summary>
public static class RequestId
{
    private const string Digits = "0123456789abcdefghijklmnopqrstuvwxyz";

    public static string Create(DateTimeOffset now) =>
        string.Create(CultureInfo.InvariantCulture, $"req_{now.ToUnixTimeMilliseconds()}_{RandomNumberGenerator.GetString(Digits, 10)}");
}
