using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Smplat.Core.Commerce.Routing;

/// <summary>
/// The secret that lets its holder confirm a decision: 128 random bits with a readable prefix. Only its hash is stored.
/// </summary>
internal static class ConfirmationToken
{
    public static string Create(DateTimeOffset now)
    {
        Span<byte> random = stackalloc byte[16];
        RandomNumberGenerator.Fill(random);
        return string.Create(CultureInfo.InvariantCulture, $"conf_{now.ToUnixTimeMilliseconds()}_{Base64Url.EncodeToString(random)}");
    }

    public static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
