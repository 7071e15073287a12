using System.Text.Json;

namespace Smplat.Core.Payments;

/// <summary>What an event says, and which payment it says it of.</summary>
/// <param name="PaymentId">Our own id, from the metadata that we gave.</param>
/// <param name="ClosesPage">Nobody can pay on the session's page after it.</param>
/// <param name="References">Names of the provider's under which the payment may be known.</param>
public sealed record EventReading(
    Guid? PaymentId, string? SessionId, string? IntentId, IReadOnlyList<string> References, bool ClosesPage, PaymentFact Fact)
{
    private const string NoReason = "The payment failed without a stated reason.";

    public static EventReading Of(StripeEvent message)
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
        "payment_intent.succeeded" => new PaymentFact.Succeeded(StripeEvent.Instant(message.Object, "created") ?? message.Created),
        "checkout.session.async_payment_succeeded" => new PaymentFact.Succeeded(message.Created),
        "payment_intent.payment_failed" or "checkout.session.async_payment_failed" =>
            new PaymentFact.Failed(ReasonOf(message.Object), message.Created),
        "checkout.session.completed" => new PaymentFact.Linked(),
        "checkout.session.expired" => new PaymentFact.PageExpired(),
        "charge.refunded" => StripeEvent.Cents(message.Object, "amount_refunded") is { } total
            ? new PaymentFact.RefundedInAll(total)
            : new PaymentFact.Nothing(),
        "refund.created" or "refund.updated" or "refund.failed" or "charge.refund.updated" => RefundOf(message),
        _ when message.Type.StartsWith("charge.dispute.", StringComparison.Ordinal) => DisputeOf(message),
        _ => new PaymentFact.Nothing(),
    };

    private static PaymentFact RefundOf(StripeEvent message) => StripeEvent.Text(message.Object, "id") is { } id
        ? new PaymentFact.Refund(
            id,
            StripeEvent.Cents(message.Object, "amount") ?? 0,
            StripeEvent.Text(message.Object, "status"),
            StripeEvent.Text(message.Object, "reason"),
            message.Created)
        : new PaymentFact.Nothing();

    private static PaymentFact DisputeOf(StripeEvent message) => StripeEvent.Text(message.Object, "id") is { } id
        ? new PaymentFact.Dispute(
            id,
            StripeEvent.Cents(message.Object, "amount") ?? 0,
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
        return string.IsNullOrWhiteSpace(text) ? NoReason : text.Length <= 500 ? text : text[..500];
    }
}
