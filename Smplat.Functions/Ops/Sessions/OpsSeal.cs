using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Smplat.Functions.Ops.Sessions;

/// <summary>Texts that were signed: <c>text.signature</c>, both base64url.</summary>
internal static class OpsSeal
{
    internal static string Close(string text, byte[] key) =>
        $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text))}.{Sign(text, key)}";

    /// <summary>The text without a look at its signature, to learn which key to check it with; null when it is no sealed text.</summary>
    internal static string? Peek(string sealedText)
    {
        var dot = sealedText.IndexOf('.', StringComparison.Ordinal);
        if (dot <= 0 || sealedText.Length > 4096 || !Base64Url.IsValid(sealedText.AsSpan(0, dot)))
        {
            return null;
        }

        return Encoding.UTF8.GetString(Base64Url.DecodeFromChars(sealedText.AsSpan(0, dot)));
    }

    /// <summary>The text; null when it was not signed with this key.</summary>
    internal static string? Open(string sealedText, byte[] key) =>
        Peek(sealedText) is { } text && Same(sealedText, Close(text, key)) ? text : null;

    internal static string Sign(string text, byte[] key) =>
        Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));

    /// <summary>In constant time for texts of one length.</summary>
    internal static bool Same(string shown, string expected) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(shown), Encoding.UTF8.GetBytes(expected));
}
