using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace Smplat.Core.Billing;

/// <summary>Shows sessions with what their recovery really did: notices count from the moment that they were sent.</summary>
public sealed class HostedViews(HostedSessionStore store, IOptionsMonitor<HostedRecoveryOptions> options)
{
    public async Task<IReadOnlyList<HostedSessionView>> ShowAsync(
        IReadOnlyList<HostedSession> sessions, CancellationToken cancellationToken)
    {
        var recipients = options.CurrentValue.EmailRecipients;
        string[] keys = [.. sessions.SelectMany(session => HostedNotices.Keys(session.Id, session.RetryCount, recipients))];
        var notices = keys.Length == 0 ? [] : await store.ListNoticesAsync(keys, cancellationToken);
        return
        [
            .. sessions.Select(session => Show(
                session, [.. notices.Where(notice => notice.Key.Contains(session.Id.ToString(), StringComparison.Ordinal))])),
        ];
    }

    private static HostedSessionView Show(HostedSession session, SentNotice[] notices)
    {
        var metadata = JsonSerializer.Deserialize<JsonElement>(session.Metadata);
        return new(
            session.Id,
            session.SessionId,
            session.InvoiceId,
            session.WorkspaceId,
            session.Status,
            session.CompletedAt ?? session.CancelledAt,
            session.ExpiresAt,
            session.CompletedAt,
            session.CancelledAt,
            session.RetryCount,
            session.LastRetryAt,
            session.NextRetryAt,
            session.ExhaustedAt,
            session.LastError,
            session.RecoveryNotes,
            metadata,
            State(session, metadata, notices),
            session.CreatedAt,
            session.UpdatedAt);
    }

    private static HostedRecoveryState? State(HostedSession session, JsonElement metadata, SentNotice[] notices)
    {
        HostedRecoveryAttempt[] attempts = metadata.TryGetProperty("recovery_attempts", out var list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Select(entry => Attempt(entry, notices))]
            : [];
        if (attempts.Length == 0 && notices.Length == 0 && session.NextRetryAt is null)
        {
            return null;
        }

        var last = notices.MaxBy(notice => notice.SentAt);
        return new(attempts, session.NextRetryAt, last?.SentAt, last?.Channel);
    }

    private static HostedRecoveryAttempt Attempt(JsonElement entry, SentNotice[] notices)
    {
        var number = entry.TryGetProperty("attempt", out var value) && value.TryGetInt32(out var attempt) ? attempt : 0;
        DateTimeOffset?[] sent =
        [
            .. notices.Where(notice => HostedNotices.AttemptOf(notice.Key) == number).Select(notice => (DateTimeOffset?)notice.SentAt),
        ];
        return new(number, Text(entry, "status"), Instant(entry, "scheduled_at"), Instant(entry, "next_retry_at"), sent.Min());
    }

    private static string? Text(JsonElement entry, string name) =>
        entry.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static DateTimeOffset? Instant(JsonElement entry, string name) =>
        DateTimeOffset.TryParse(Text(entry, name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;
}
