using System.Text.Json;
using Npgsql;

namespace Smplat.Core.Billing;

/// <summary>Takes the payment provider's events to the hosted sessions that they are about.</summary>
public sealed class HostedEvents(HostedEventStore store, TimeProvider clock)
{
    /// <param name="subject">The event's object.</param>
    /// <returns>True when it is about a hosted session.</returns>
    public async Task<bool> ApplyAsync(
        string eventType, JsonElement subject, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        if (HostedTransitionPolicy.StatusFor(eventType, Text(subject, "status")) is not { } status)
        {
            return false;
        }

        var intent = Text(subject, "payment_intent") ?? (eventType.StartsWith("payment_intent.", StringComparison.Ordinal) ? Text(subject, "id") : null);
        string[] references = [.. new[] { Text(subject, "id"), intent }.OfType<string>().Distinct()];
        var now = clock.GetUtcNow();
        var next = status == HostedStatus.Expired ? now : now + RetryPolicy.AfterFailure;
        var sessions = await store.LockAsync(references, OwnId(subject), transaction, cancellationToken);
        foreach (var (id, from) in sessions)
        {
            if (HostedTransitionPolicy.MayMove(from, status))
            {
                await store.MoveAsync(
                    id, status, eventType, intent, Reason(subject, status), now, next, transaction, cancellationToken);
            }
        }

        return sessions.Count > 0;
    }

    /// <summary>Our id, in the metadata of session and intent: the intent's events come before anything else names the intent.</summary>
    private static Guid? OwnId(JsonElement subject) =>
        subject.ValueKind == JsonValueKind.Object && subject.TryGetProperty("metadata", out var metadata)
            && Guid.TryParse(Text(metadata, "payment_id"), out var id)
                ? id
                : null;

    private static string? Reason(JsonElement subject, string status)
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
