using System.Text;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Commerce.Providers.MealMe;

/// <summary>HMAC-SHA256 over the raw bytes of the body, compared in constant time.</summary>
internal static class WebhookSignature
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
        return HmacSigner.TryReadTag(text, out var tag) && new HmacSigner([Encoding.UTF8.GetBytes(secret)]).Verify(body, tag);
    }
}
