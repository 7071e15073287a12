using System.Text.Json;
using Npgsql;
using Smplat.Core.Payments;

namespace Smplat.Core.Billing;

/// <summary>
/// Moves hosted sessions, and pays their invoices, when the payment provider reports an event about them. Runs in the
/// transaction in which the webhook stores the event, so an event is applied with its receipt or not at all.
/// </summary>
internal sealed class HostedEvents(HostedSessionStore store, TimeProvider clock) : IPaymentEventListener
{
    /// <returns>True when the event is about a hosted session.</returns>
    public async Task<bool> OnEventAsync(StripeEvent message, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var subject = message.Object;
        if (HostedTransitionPolicy.StatusFor(message.Type, Text(subject, "status")) is not { } status)
        {
            return false;
        }

        var now = clock.GetUtcNow();
        var change = new HostedStatusChange
        {
            Status = status,
            EventType = message.Type,
            IntentId = IntentId(message.Type, subject),
            Error = Error(subject, status),
            At = now,
            NextRetryAt = status == HostedStatus.Expired ? now : now + RetryPolicy.AfterFailure,
        };
        string[] references = [.. new[] { Text(subject, "id"), change.IntentId }.OfType<string>().Distinct()];
        var sessions = await store.LockByReferenceAsync(references, OwnId(subject), transaction, cancellationToken);
        foreach (var (id, from) in sessions)
        {
            if (HostedTransitionPolicy.MayMove(from, status))
            {
                await store.MoveAsync(id, change, transaction, cancellationToken);
            }
        }

        return sessions.Count > 0;
    }

    private static string? IntentId(string eventType, JsonElement subject) =>
        Text(subject, "payment_intent")
        ?? (eventType.StartsWith("payment_intent.", StringComparison.Ordinal) ? Text(subject, "id") : null);

    /// <summary>
    /// Our own id, which is in the metadata of the session and of the payment intent. An intent's events can arrive before
    /// we know which intent belongs to the session.
    /// </summary>
    private static Guid? OwnId(JsonElement subject) =>
        subject.ValueKind == JsonValueKind.Object && subject.TryGetProperty("metadata", out var metadata)
            && Guid.TryParse(Text(metadata, "payment_id"), out var id)
                ? id
                : null;

    private static string? Error(JsonElement subject, string status)
    {
        if (status == HostedStatus.Completed)
        {
            return null;
        }

        return subject.ValueKind == JsonValueKind.Object
            && subject.TryGetProperty("last_payment_error", out var error) && error.ValueKind == JsonValueKind.Object
                ? Text(error, "code") ?? "payment_failed"
                : status == HostedStatus.Expired ? "expired_without_completion" : "payment_failed";
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}

/// <summary>What the payment provider's events mean for a hosted session.</summary>
internal static class HostedTransitionPolicy
{
    /// <param name="payloadStatus">The <c>status</c> member of the event's object.</param>
    /// <returns>Null for events that do not change a session.</returns>
    public static string? StatusFor(string eventType, string? payloadStatus) => eventType switch
    {
        "checkout.session.completed" or "checkout.session.async_payment_succeeded" or "payment_intent.succeeded" => HostedStatus.Completed,
        "checkout.session.expired" or "checkout.session.async_payment_failed" =>
            payloadStatus == HostedStatus.Expired ? HostedStatus.Expired : HostedStatus.Failed,
        "payment_intent.payment_failed" => HostedStatus.Failed,
        _ => null,
    };

    /// <summary>Completed is final; an abandoned session can only become completed.</summary>
    public static bool MayMove(string from, string to) => from switch
    {
        HostedStatus.Completed => false,
        HostedStatus.Abandoned => to == HostedStatus.Completed,
        _ => true,
    };
}
