using System.Text;
using Stripe;

namespace Smplat.Core.Payments;

/// <summary>
/// Checks with Stripe's library that a webhook comes from Stripe. Only the signature: its event reader refuses other API versions
/// than its own and leaves out objects that it does not know, so events are read from the raw JSON (<see cref="StripeEvent"/>).
/// </summary>
public static class StripeSignature
{
    /// <summary>A signature may be this much older or newer than the clock.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(300);

    // The library signs text. Lenient decoding would let other bytes pass under the signature of their replacement characters.
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <returns>Why it is refused; null when one of the secrets made it.</returns>
    public static string? Refuse(string header, ReadOnlySpan<byte> body, IReadOnlyList<string> secrets, DateTimeOffset now)
    {
        string text;
        try
        {
            text = Strict.GetString(body);
        }
        catch (DecoderFallbackException)
        {
            return "the body is not UTF-8";
        }

        var reasons = secrets.Select(secret => Refuse(header, text, secret, now)).ToList();
        return reasons.Count == 0 ? "there is no secret"
            : reasons.Contains(null) ? null
            : string.Join(' ', reasons.Distinct());
    }

    private static string? Refuse(string header, string body, string secret, DateTimeOffset now)
    {
        try
        {
            EventUtility.ValidateSignature(body, header, secret, (long)Tolerance.TotalSeconds, now.ToUnixTimeSeconds());
            return null;
        }
        catch (StripeException exception)
        {
            return exception.Message;
        }
        catch (Exception exception) when (exception is FormatException or OverflowException)
        {
            return "The signature's time is not a number.";
        }
    }
}
