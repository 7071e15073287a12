using System.Security.Cryptography;
using System.Text;

namespace Smplat.Core.Commerce.Providers.MealMe.Webhooks;

/// <summary>HMAC-SHA256 over the raw bytes of the body, compared in constant time.</summary>
public static class WebhookSignature
{
    private const string Prefix = "sha256=";

    /// <param name="signature">Hex digits or Base64, with or without <c>sha256=</c> before them.</param>
    public static bool Holds(ReadOnlySpan<byte> body, string? signature, string secret)
    {
        if (string.IsNullOrWhiteSpace(signature))
        {
            return false;
        }

        var text = signature.Trim();
        text = text.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) ? text[Prefix.Length..] : text;
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body, expected);
        Span<byte> given = stackalloc byte[HMACSHA256.HashSizeInBytes];
        return TryRead(text, given) && CryptographicOperations.FixedTimeEquals(expected, given);
    }

    private static bool TryRead(string text, Span<byte> bytes)
    {
        if (text.Length == bytes.Length * 2)
        {
            return Convert.FromHexString(text, bytes, out _, out var read) == System.Buffers.OperationStatus.Done && read == bytes.Length;
        }

        return Convert.TryFromBase64String(text, bytes, out var length) && length == bytes.Length;
    }
}
