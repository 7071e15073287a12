using Microsoft.Extensions.Options;
using Npgsql;

namespace Smplat.Core.Billing;

/// <summary>One recovery attempt of one session: its date, its trail and its messages commit together.</summary>
public sealed class HostedAttempt(
    NpgsqlDataSource database,
    HostedSessionStore store,
    HostedSweepStore sweep,
    HostedNotices notices,
    IOptionsMonitor<HostedRecoveryOptions> options)
{
    /// <returns>Whether somebody is told; null when the session is another run's, has moved on or is paid.</returns>
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
            ? await notices.TellAsync(session, attempt, nextRetryAt, isExhausted: false, now, transaction, cancellationToken)
            : [];
        var trail = RecoveryHistory.WithAttempt(session.Metadata, attempt, session.Status, channels, now, nextRetryAt);
        await store.WriteAttemptAsync(id, attempt, nextRetryAt, trail, now, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return channels.Count > 0;
    }

    /// <summary>Ends the recovery of sessions whose attempts are used up, and tells operators.</summary>
    public async Task<int> ExhaustAsync(int maxAttempts, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var ids = await sweep.ExhaustAsync(now, maxAttempts, transaction, cancellationToken);
        foreach (var id in ids)
        {
            if (await store.FindAsync(id, cancellationToken) is { } session)
            {
                await notices.TellAsync(
                    session, session.RetryCount + 1, null, isExhausted: true, now, transaction, cancellationToken);
            }
        }

        await transaction.CommitAsync(cancellationToken);
        return ids.Count;
    }
}
