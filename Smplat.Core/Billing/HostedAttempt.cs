using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Npgsql;
using Smplat.Core.Platform.Resilience;

namespace Smplat.Core.Billing;

/// <summary>One attempt to recover a session: its next date, its history entry and its messages commit together.</summary>
public sealed class HostedAttempt(
    NpgsqlDataSource database,
    HostedSessionStore store,
    HostedNotices notices,
    IOptionsMonitor<HostedRecoveryOptions> options)
{
    /// <returns>Whether a message was queued; null when another run has the session, or it is no longer due, or it is paid.</returns>
    public async Task<bool?> MakeAsync(Guid id, int maxAttempts, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await store.LockDueAsync(id, now, maxAttempts, transaction, cancellationToken) is not { } session)
        {
            return null;
        }

        var attempt = session.RetryCount + 1;
        var nextRetryAt = now + RetryPolicy.Waits.After(attempt);
        var keys = HostedNotices.Keys(id, session.RetryCount, options.CurrentValue.EmailRecipients);
        var lastNotice = await store.LastNoticeAsync(keys, transaction, cancellationToken);
        var lastStatus = RecoveryHistory.LastStatus(session.Metadata);
        var channels = RetryPolicy.ShouldNotify(session.Status, lastStatus, lastNotice, now)
            ? await notices.EnqueueAsync(session, new(attempt, nextRetryAt, IsExhausted: false), now, transaction, cancellationToken)
            : [];
        var history = RecoveryHistory.WithAttempt(session.Metadata, attempt, session.Status, channels, now, nextRetryAt);
        await store.WriteAttemptAsync(id, attempt, nextRetryAt, history, now, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return channels.Count > 0;
    }

    /// <summary>Ends the recovery of sessions that have no attempts left, and notifies operators.</summary>
    public async Task<int> ExhaustAsync(int maxAttempts, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var ids = await store.ExhaustAsync(now, maxAttempts, transaction, cancellationToken);
        foreach (var id in ids)
        {
            if (await store.FindAsync(id, cancellationToken) is { } session)
            {
                var last = new NoticedAttempt(session.RetryCount + 1, null, IsExhausted: true);
                await notices.EnqueueAsync(session, last, now, transaction, cancellationToken);
            }
        }

        await transaction.CommitAsync(cancellationToken);
        return ids.Count;
    }
}

/// <summary>When the next attempt at a session is due, and when a message is sent about it.</summary>
internal static class RetryPolicy
{
    public static readonly TimeSpan AfterFailure = TimeSpan.FromMinutes(10);
    public static readonly TimeSpan AfterRegeneration = TimeSpan.FromHours(12);

    /// <summary>10, 20, 40, 80, 160 and then at most 240 minutes.</summary>
    public static readonly Backoff Waits = new(TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(240));

    private const int SlackFromAttempt = 3;
    private static readonly TimeSpan QuietBetweenNotices = TimeSpan.FromHours(6);

    public static bool IsForSlack(int attempt) => attempt >= SlackFromAttempt;

    /// <param name="lastStatus">The status at the last attempt; null before the first.</param>
    /// <param name="lastNoticeAt">When the last notice was sent or queued; null when there was none.</param>
    public static bool ShouldNotify(string status, string? lastStatus, DateTimeOffset? lastNoticeAt, DateTimeOffset now) =>
        lastStatus is null || lastStatus != status || lastNoticeAt is null || now - lastNoticeAt >= QuietBetweenNotices;
}

/// <summary>The part of a session's metadata about recovery: its latest attempts and messages.</summary>
internal static class RecoveryHistory
{
    public const string Template = "billing/session-recovery/state-change";

    private const int MaxAttempts = 25;
    private const int MaxMessages = 50;
    private const string Scheduler = "auto-recovery/v1";

    /// <summary>The status at the last attempt; null before the first.</summary>
    public static string? LastStatus(string metadata) =>
        (Parse(metadata)["recovery_attempts"] as JsonArray)?.LastOrDefault()?["status"]?.GetValue<string>();

    /// <param name="channels">The channels by which a message was queued; empty when none was.</param>
    public static string WithAttempt(
        string metadata, int attempt, string status, IReadOnlyList<string> channels, DateTimeOffset now, DateTimeOffset nextRetryAt)
    {
        var root = Parse(metadata);
        var entry = new JsonObject
        {
            ["attempt"] = attempt,
            ["status"] = status,
            ["scheduled_at"] = Text(now),
            ["next_retry_at"] = Text(nextRetryAt),
        };
        Append(root, "recovery_attempts", entry, MaxAttempts);
        foreach (var channel in channels)
        {
            var message = new JsonObject
            {
                ["channel"] = channel,
                ["template"] = Template,
                ["queued_at"] = Text(now),
                ["attempt"] = attempt,
                ["status"] = status,
            };
            Append(root, "communication_log", message, MaxMessages);
        }

        root["automation"] = new JsonObject
        {
            ["scheduler_version"] = Scheduler,
            ["next_retry_at"] = Text(nextRetryAt),
            ["last_attempt"] = entry.DeepClone(),
        };
        return root.ToJsonString();
    }

    /// <summary>Adds an entry and drops the oldest ones over the limit.</summary>
    private static void Append(JsonObject root, string name, JsonNode entry, int limit)
    {
        if (root[name] is not JsonArray list)
        {
            root[name] = list = [];
        }

        list.Add(entry.DeepClone());
        while (list.Count > limit)
        {
            list.RemoveAt(0);
        }
    }

    private static JsonObject Parse(string metadata) => JsonNode.Parse(metadata) as JsonObject ?? [];

    private static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
}
