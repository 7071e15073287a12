using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Platform.Outbox;

/// <summary>
/// The life of a mail or Slack message in <c>notification_outbox</c>; every step is fenced by the lease's owner. Internal
/// messages have a job of their own.
/// </summary>
public sealed class DeliveryStore(NpgsqlDataSource database)
{
    private static readonly TimeSpan LongestLease = TimeSpan.FromSeconds(NotificationOptions.MaxLeaseSeconds);

    // A message is held by one sender at a time; senders side by side never wait for one another.
    private const string ClaimDue = """
        with due as (
            select id
            from notification_outbox
            where status = 'pending' and not_before <= @now and channel <> 'internal'
            order by not_before, id
            limit @limit
            for update skip locked
        )
        update notification_outbox message
        set status = 'sending', lease_owner = @owner, lease_expires_at = @leaseExpiresAt,
            admitted_at = null, handover_at = null, reason = null
        from due
        where message.id = due.id
        returning message.id, message.kind, message.channel, message.recipient, message.user_id, message.idempotency_key,
            message.payload::text as payload, message.attempts, message.max_attempts, message.traceparent, message.created_at
        """;

    // Dead senders: what no receiver can have yet is tried again, what one may have is never sent a second time.
    private const string RescueExpired = """
        with expired as (
            select id
            from notification_outbox
            where status = 'sending' and channel <> 'internal'
                and (lease_expires_at <= @now or lease_expires_at > @implausible)
            order by lease_expires_at
            limit 1000
            for update skip locked
        )
        update notification_outbox message
        set status = case when handover_at is not null or rescues >= @rescueLimit then 'dead' else 'pending' end,
            reason = case
                when handover_at is not null then 'delivery_unknown'
                when rescues >= @rescueLimit then 'rescued_too_often'
            end,
            error = case when handover_at is not null or rescues >= @rescueLimit
                then 'The sender stopped in the middle of delivery.' end,
            finished_at = case when handover_at is not null or rescues >= @rescueLimit then @now end,
            rescues = rescues + 1,
            lease_owner = null,
            lease_expires_at = null
        from expired
        where message.id = expired.id
        returning message.status
        """;

    // The point of no return, committed before the receiver can accept. False: somebody else has the message now.
    private const string MarkHandover = """
        update notification_outbox
        set handover_at = @now, lease_expires_at = @leaseExpiresAt
        where id = @id and lease_owner = @owner
        """;

    private const string Finish = """
        update notification_outbox
        set status = @status, reason = @reason, error = @error, provider_message_id = @providerMessageId,
            sent_at = case when @status = 'sent' then @now end,
            admitted_at = case when @status = 'suppressed' then null else admitted_at end,
            finished_at = @now, lease_owner = null, lease_expires_at = null
        where id = @id and lease_owner = @owner
        """;

    // Back in the queue. A failure of this message is kept in its history; an outage of the receiver is not its fault.
    private const string Requeue = """
        update notification_outbox
        set status = 'pending', not_before = @notBefore, reason = @reason, error = @error,
            attempts = attempts + (case when @countsAsAttempt then 1 else 0 end),
            failures = case when @countsAsAttempt
                then failures || jsonb_build_array(jsonb_build_object('attempt', attempts + 1, 'at', @now, 'error', @error::text))
                else failures end,
            admitted_at = null, handover_at = null, lease_owner = null, lease_expires_at = null
        where id = @id and lease_owner = @owner
        """;

    // A sender that stops gives back what it has not handed over.
    private const string GiveBack = """
        update notification_outbox
        set status = 'pending', admitted_at = null, lease_owner = null, lease_expires_at = null
        where lease_owner = @owner and status = 'sending' and handover_at is null
        """;

    public async Task<IReadOnlyList<ClaimedMessage>> ClaimDueAsync(
        string owner, int limit, DateTimeOffset now, DateTimeOffset leaseExpiresAt, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<ClaimedMessage>(
            Sql.Command(ClaimDue, new { owner, limit, now, leaseExpiresAt }, cancellationToken))).AsList();
    }

    /// <returns>How many were put back, and how many were given up.</returns>
    public async Task<(int Requeued, int Dead)> RescueExpiredAsync(
        int rescueLimit, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var statuses = (await connection.QueryAsync<string>(
            Sql.Command(
                RescueExpired, new { rescueLimit, now, implausible = Lease.Implausible(now, LongestLease) }, cancellationToken))).AsList();
        var dead = statuses.Count(status => status == OutboxStatus.Dead);
        return (statuses.Count - dead, dead);
    }

    public Task<bool> MarkHandoverAsync(
        Guid id, string owner, DateTimeOffset now, DateTimeOffset leaseExpiresAt, CancellationToken cancellationToken) =>
        ExecuteAsync(MarkHandover, new { id, owner, now, leaseExpiresAt }, cancellationToken);

    public Task<bool> FinishAsync(
        Guid id,
        string owner,
        string status,
        string? reason,
        string? error,
        string? providerMessageId,
        DateTimeOffset now,
        CancellationToken cancellationToken) =>
        ExecuteAsync(Finish, new { id, owner, status, reason, error, providerMessageId, now }, cancellationToken);

    public Task<bool> RequeueAsync(
        Guid id,
        string owner,
        DateTimeOffset notBefore,
        string? reason,
        string? error,
        bool countsAsAttempt,
        DateTimeOffset now,
        CancellationToken cancellationToken) =>
        ExecuteAsync(Requeue, new { id, owner, notBefore, reason, error, countsAsAttempt, now }, cancellationToken);

    public Task GiveBackAsync(string owner, CancellationToken cancellationToken) =>
        ExecuteAsync(GiveBack, new { owner }, cancellationToken);

    private async Task<bool> ExecuteAsync(string statement, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(Sql.Command(statement, parameters, cancellationToken)) > 0;
    }
}
