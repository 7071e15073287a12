using System.Text;
using System.Text.Json;
using Smplat.Core.Platform.Input;
using Stripe;

namespace Smplat.Core.Payments;

/// <summary>A verified event of the provider. Of unknown types and API versions, it reads what it can.</summary>
/// <param name="Object">The object that the event is about; undefined when there is none.</param>
/// <param name="Json">The event as received.</param>
public sealed record StripeEvent(string Id, string Type, DateTimeOffset Created, JsonElement Object, string Json)
{
    private const int MaxName = 255;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 64, AllowDuplicateProperties = false };

    /// <returns>Null when the bytes are not an event.</returns>
    public static StripeEvent? Read(ReadOnlyMemory<byte> body, DateTimeOffset now)
    {
        try
        {
            using var document = JsonDocument.Parse(body, Strict);
            var root = document.RootElement;
            // Postgres cannot store NUL, and no genuine event contains one.
            if (StorableJson.ProblemOf(root) is not null)
            {
                return null;
            }

            if (Text(root, "id") is not { Length: > 0 and <= MaxName } id || Text(root, "type") is not { Length: > 0 and <= MaxName } type)
            {
                return null;
            }

            var subject = root.TryGetProperty("data", out var content) && content.ValueKind == JsonValueKind.Object
                && content.TryGetProperty("object", out var found)
                    ? found.Clone()
                    : default;
            return new(id, type, Instant(root, "created") ?? now, subject, root.GetRawText());
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            // A string with half a surrogate pair throws the latter.
            return null;
        }
    }

    internal static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    /// <summary>An amount in minor units of its currency.</summary>
    internal static long? Minor(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value)
            && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var minor) && minor is >= 0 and < 1_000_000_000_000
            ? minor
            : null;

    /// <summary>A currency code; null when there is none.</summary>
    internal static string? Currency(JsonElement element) => Text(element, "currency") is { Length: 3 } code ? code.ToUpperInvariant() : null;

    internal static DateTimeOffset? Instant(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value)
            && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var seconds) && seconds is > 0 and < 253_402_300_799
            ? DateTimeOffset.UnixEpoch.AddSeconds(Math.Floor(seconds))
            : null;
}

/// <summary>What an event says about which payment.</summary>
/// <param name="PaymentId">Our own id, from the metadata that we set.</param>
/// <param name="ClosesSession">The session cannot be paid after it.</param>
/// <param name="References">Provider ids under which the payment may be known.</param>
public sealed record PaymentEvent(
    Guid? PaymentId, string? SessionId, string? IntentId, IReadOnlyList<string> References, bool ClosesSession, PaymentFact Fact)
{
    private const string NoReason = "The payment failed without a stated reason.";

    public static PaymentEvent From(StripeEvent message)
    {
        var subject = message.Object;
        var isSession = message.Type.StartsWith("checkout.session.", StringComparison.Ordinal);
        var isIntent = message.Type.StartsWith("payment_intent.", StringComparison.Ordinal);
        var session = isSession ? StripeEvent.Text(subject, "id") : null;
        var intent = isIntent ? StripeEvent.Text(subject, "id") : IntentOf(subject);
        var payment = subject.ValueKind == JsonValueKind.Object && subject.TryGetProperty("metadata", out var metadata)
            && Guid.TryParse(StripeEvent.Text(metadata, "payment_id"), out var id)
                ? id
                : (Guid?)null;
        return new(payment, session, intent, [.. new[] { intent, session }.OfType<string>()], isSession, FactOf(message));
    }

    private static PaymentFact FactOf(StripeEvent message) => message.Type switch
    {
        "payment_intent.succeeded" => Succeeded(
            message, StripeEvent.Minor(message.Object, "amount_received") ?? StripeEvent.Minor(message.Object, "amount")),
        "checkout.session.async_payment_succeeded" => Succeeded(message, StripeEvent.Minor(message.Object, "amount_total")),
        "checkout.session.completed" => StripeEvent.Text(message.Object, "payment_status") switch
        {
            "paid" or "no_payment_required" => Succeeded(message, StripeEvent.Minor(message.Object, "amount_total")),
            "unpaid" => new PaymentFact.DebitStarted(message.Created),
            _ => new PaymentFact.Linked(),
        },
        "payment_intent.processing" => new PaymentFact.DebitStarted(message.Created),
        "payment_intent.payment_failed" or "checkout.session.async_payment_failed" =>
            new PaymentFact.Failed(ReasonOf(message.Object), message.Created),
        "payment_intent.canceled" => new PaymentFact.Canceled(message.Created),
        "checkout.session.expired" => new PaymentFact.SessionExpired(),
        "charge.refunded" => StripeEvent.Minor(message.Object, "amount_refunded") is { } total
            ? new PaymentFact.TotalRefunded(total, message.Created)
            : new PaymentFact.Nothing(),
        "refund.created" or "refund.updated" or "refund.failed" or "charge.refund.updated" => RefundOf(message),
        _ when message.Type.StartsWith("charge.dispute.", StringComparison.Ordinal) => DisputeOf(message),
        _ => new PaymentFact.Nothing(),
    };

    /// <summary>The event happens when the money comes; the intent in it can be days older.</summary>
    private static PaymentFact.Succeeded Succeeded(StripeEvent message, long? minor) =>
        new(message.Created, minor, StripeEvent.Currency(message.Object));

    private static PaymentFact RefundOf(StripeEvent message) => StripeEvent.Text(message.Object, "id") is { } id
        ? new PaymentFact.Refund(
            id,
            StripeEvent.Minor(message.Object, "amount") ?? 0,
            StripeEvent.Currency(message.Object),
            message.Type == "refund.failed" ? "failed" : StripeEvent.Text(message.Object, "status"),
            StripeEvent.Text(message.Object, "reason"),
            StripeEvent.Instant(message.Object, "created"),
            message.Created)
        : new PaymentFact.Nothing();

    private static PaymentFact DisputeOf(StripeEvent message) => StripeEvent.Text(message.Object, "id") is { } id
        ? new PaymentFact.Dispute(
            id,
            Money.OfMinor(
                StripeEvent.Minor(message.Object, "amount") ?? 0, StripeEvent.Currency(message.Object) ?? "EUR").Amount,
            StripeEvent.Text(message.Object, "status") ?? "needs_response",
            StripeEvent.Text(message.Object, "reason"),
            message.Created)
        : new PaymentFact.Nothing();

    /// <summary>An id, or the whole object when the account expands it.</summary>
    private static string? IntentOf(JsonElement subject) =>
        subject.ValueKind == JsonValueKind.Object && subject.TryGetProperty("payment_intent", out var intent)
            ? intent.ValueKind == JsonValueKind.Object ? StripeEvent.Text(intent, "id") : StripeEvent.Text(subject, "payment_intent")
            : null;

    private static string ReasonOf(JsonElement subject)
    {
        var text = subject.ValueKind == JsonValueKind.Object && subject.TryGetProperty("last_payment_error", out var error)
            ? StripeEvent.Text(error, "message")
            : null;
        return string.IsNullOrWhiteSpace(text) ? NoReason : SafeText.Cut(text, 500);
    }
}

/// <summary>
/// Verifies with Stripe's library that a webhook comes from Stripe. It checks only the signature: the library's event parser
/// rejects API versions other than its own and drops objects that it does not know, so events are read from the raw JSON
/// (<see cref="StripeEvent"/>).
/// </summary>
internal static class StripeSignature
{
    /// <summary>How much older or newer than the clock a signature may be.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(300);

    // The library signs text. With lenient decoding, invalid bytes would pass under the signature of their replacement characters.
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <returns>Why the signature is rejected; null when it was made with one of the secrets.</returns>
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
