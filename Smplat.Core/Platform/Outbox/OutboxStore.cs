using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Platform.Outbox;

/// <summary>
/// Table <c>notification_outbox</c>, with <c>notification_intervention</c>. Two queues share the table: mail and Slack
/// messages, and messages of the channel <c>internal</c>. They differ after a crash. An internal message is handled again,
/// since handlers are idempotent; a mail that the receiver may already have is not sent again.
/// </summary>
public sealed class OutboxStore(NpgsqlDataSource database)
{
    private static readonly TimeSpan LongestLease = TimeSpan.FromSeconds(OutboxOptions.MaxLeaseSeconds);

    // A key is accepted once.
    private const string Add = """
        insert into notification_outbox (
            id, kind, channel, recipient, user_id, idempotency_key, payload, not_before, traceparent)
        values (
            gen_random_uuid(), @Kind, @Channel, @Recipient, @UserId, @IdempotencyKey, @Payload::jsonb, @NotBefore, @traceparent)
        on conflict (idempotency_key) do nothing
        """;

    private const string AddSuppressed = """
        insert into notification_outbox (
            id, kind, channel, recipient, user_id, idempotency_key, payload, not_before, status, reason, finished_at)
        values (
            gen_random_uuid(), @Kind, @Channel, @Recipient, @UserId, @IdempotencyKey, @Payload::jsonb, @NotBefore,
            'suppressed', @reason, @NotBefore)
        on conflict (idempotency_key) do nothing
        """;

    // Each message has one holder at a time. Concurrent senders skip one another's rows instead of waiting.
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

    // Messages of crashed senders. One that the receiver cannot have yet is retried; one that it may have is never sent again.
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

    // The point of no return, committed before the receiver can accept. No row changes when another sender has the message.
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

    // Back in the queue. A failure of this message goes into its history; an outage of the receiver does not.
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

    // A sender that stops releases what it has not handed over.
    private const string Release = """
        update notification_outbox
        set status = 'pending', admitted_at = null, lease_owner = null, lease_expires_at = null
        where lease_owner = @owner and status = 'sending' and handover_at is null
        """;

    // Each message has one holder at a time. Every lane gets its share, whatever waits in the others.
    private const string ClaimDueInternal = """
        with due as (
            select message.id, lane.lease
            from unnest(@kinds, @rooms, @leases) as lane (kind, room, lease)
            cross join lateral (
                select id
                from notification_outbox
                where channel = 'internal' and status = 'pending' and kind = lane.kind and not_before <= @now
                order by not_before, id
                limit lane.room
                for update skip locked
            ) as message
        )
        update notification_outbox message
        set status = 'sending', lease_owner = @owner, lease_expires_at = @now + due.lease, attempts = message.attempts + 1
        from due
        where message.id = due.id
        returning message.id, message.kind, message.channel, message.recipient, message.user_id, message.idempotency_key,
            message.payload::text as payload, message.attempts, message.max_attempts, message.traceparent, message.created_at
        """;

    // Messages of a holder that crashed. One that has used up its attempts may be what crashes the holders.
    private const string ReleaseExpiredInternal = """
        with expired as (
            select id
            from notification_outbox
            where status = 'sending' and channel = 'internal'
                and (lease_expires_at <= @now or lease_expires_at > @implausible)
            order by lease_expires_at
            limit 1000
            for update skip locked
        )
        update notification_outbox message
        set status = case when attempts >= max_attempts then 'dead' else 'pending' end,
            error = 'The process that handled it stopped.', rescues = rescues + 1,
            lease_owner = null, lease_expires_at = null
        from expired
        where message.id = expired.id
        """;

    // Messages of kinds that no handler takes any more.
    private const string ReleaseStrays = """
        update notification_outbox
        set status = 'dead', error = 'No handler is registered for messages of this kind.'
        where channel = 'internal' and status = 'pending' and not_before <= @now and kind <> all(@kinds)
        """;

    // Like a message that was never claimed, but not due before the given time.
    private const string PostponeInternal = """
        update notification_outbox
        set status = 'pending', error = @error, not_before = @until, attempts = attempts - 1,
            lease_owner = null, lease_expires_at = null
        where id = @id and lease_owner = @owner and attempts = @attempts
        """;

    // Fenced by owner and attempt: a holder that lost its lease changes nothing.
    private const string FinishInternal = """
        update notification_outbox
        set status = @status, error = @error, not_before = coalesce(@notBefore, not_before),
            sent_at = case when @status = 'sent' then @now else sent_at end,
            lease_owner = null, lease_expires_at = null
        where id = @id and lease_owner = @owner and attempts = @attempts
        """;

    private const string List = """
        select id, kind, channel, idempotency_key, status, reason, error, attempts, rescues, not_before, created_at,
            sent_at, provider_message_id
        from notification_outbox
        where (@Status::text is null or status = @Status)
            and (@Kind::text is null or kind = @Kind)
            and (@Reason::text is null or reason = @Reason)
            and (@Before::uuid is null or (created_at, id) < (select created_at, id from notification_outbox where id = @Before))
        order by created_at desc, id desc
        limit @Limit
        """;

    // Changes only messages that ended unsent, and records each intervention in the same statement.
    private const string RedriveDead = """
        with revived as (
            update notification_outbox
            set status = 'pending', reason = null, attempts = 0, rescues = 0, not_before = @now, finished_at = null,
                admitted_at = null, handover_at = null
            where id = @id and status = 'dead' and coalesce(reason, '') = @reason
            returning id
        )
        insert into notification_intervention (id, outbox_id, action, actor, reason, status_before, reason_before)
        select gen_random_uuid(), id, 'redrive', @actor, @why, 'dead', nullif(@reason, '')
        from revived
        """;

    private const string Redrive = """
        with chosen as (
            select id, status, reason
            from notification_outbox
            where status in ('dead', 'suppressed')
                and (cardinality(@ids) = 0 or id = any(@ids))
                and (@Kind::text is null or kind = @Kind)
                and (@Reason::text is null or reason = @Reason)
            order by created_at, id
            limit @Limit
            for update skip locked
        ),
        revived as (
            update notification_outbox message
            set status = 'pending', reason = null, attempts = 0, rescues = 0, not_before = @now, finished_at = null,
                admitted_at = null, handover_at = null
            from chosen
            where message.id = chosen.id
            returning message.id
        )
        insert into notification_intervention (id, outbox_id, action, actor, reason, status_before, reason_before)
        select gen_random_uuid(), chosen.id, 'redrive', @Actor, @Why, chosen.status, chosen.reason
        from chosen join revived on revived.id = chosen.id
        """;

    /// <returns>False when a message with this key already exists.</returns>
    public Task<bool> AddAsync(
        OutboxMessage message, string? traceparent, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var parameters = new
        {
            message.Kind,
            message.Channel,
            message.Recipient,
            message.UserId,
            message.IdempotencyKey,
            message.Payload,
            message.NotBefore,
            traceparent,
        };
        return InsertAsync(Add, parameters, transaction, cancellationToken);
    }

    /// <returns>False when a message with this key already exists.</returns>
    public Task<bool> AddSuppressedAsync(
        OutboxMessage message, string reason, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var parameters = new
        {
            message.Kind,
            message.Channel,
            message.Recipient,
            message.UserId,
            message.IdempotencyKey,
            message.Payload,
            message.NotBefore,
            reason,
        };
        return InsertAsync(AddSuppressed, parameters, transaction, cancellationToken);
    }

    public Task<IReadOnlyList<ClaimedMessage>> ClaimDueAsync(
        string owner, int limit, DateTimeOffset now, DateTimeOffset leaseExpiresAt, CancellationToken cancellationToken) =>
        QueryAsync<ClaimedMessage>(ClaimDue, new { owner, limit, now, leaseExpiresAt }, cancellationToken);

    /// <returns>How many were put back in the queue, and how many are dead.</returns>
    public async Task<(int Requeued, int Dead)> RescueExpiredAsync(
        int rescueLimit, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var statuses = await QueryAsync<string>(
            RescueExpired, new { rescueLimit, now, implausible = Lease.Implausible(now, LongestLease) }, cancellationToken);
        var dead = statuses.Count(status => status == OutboxStatus.Dead);
        return (statuses.Count - dead, dead);
    }

    /// <returns>False when the lease was lost; this holds for every fenced step below.</returns>
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

    public Task ReleaseAsync(string owner, CancellationToken cancellationToken) =>
        ExecuteAsync(Release, new { owner }, cancellationToken);

    /// <param name="lanes">The kinds to claim, how many of each, and for how long.</param>
    public async Task<IReadOnlyList<ClaimedMessage>> ClaimDueInternalAsync(
        string owner,
        IReadOnlyCollection<(string Kind, int Room, TimeSpan Lease)> lanes,
        DateTimeOffset now,
        CancellationToken cancellationToken) =>
        lanes.Count == 0 ? [] : await QueryAsync<ClaimedMessage>(
            ClaimDueInternal,
            new
            {
                owner,
                kinds = lanes.Select(lane => lane.Kind).ToArray(),
                rooms = lanes.Select(lane => lane.Room).ToArray(),
                leases = lanes.Select(lane => lane.Lease).ToArray(),
                now,
            },
            cancellationToken);

    public Task ReleaseExpiredInternalAsync(DateTimeOffset now, CancellationToken cancellationToken) => ExecuteAsync(
        ReleaseExpiredInternal, new { now, implausible = Lease.Implausible(now, LongestLease) }, cancellationToken);

    /// <summary>Gives up messages of other kinds than these.</summary>
    public Task ReleaseStraysAsync(string[] kinds, DateTimeOffset now, CancellationToken cancellationToken) =>
        ExecuteAsync(ReleaseStrays, new { kinds, now }, cancellationToken);

    public Task PostponeInternalAsync(
        ClaimedMessage message, string owner, string error, DateTimeOffset until, CancellationToken cancellationToken) =>
        ExecuteAsync(PostponeInternal, new { message.Id, owner, message.Attempts, error, until }, cancellationToken);

    /// <param name="status"><c>sent</c>, <c>dead</c>, or <c>pending</c> to try again at <paramref name="notBefore"/>.</param>
    public Task<bool> FinishInternalAsync(
        ClaimedMessage message,
        string owner,
        string status,
        string? error,
        DateTimeOffset? notBefore,
        DateTimeOffset now,
        CancellationToken cancellationToken) =>
        ExecuteAsync(
            FinishInternal, new { message.Id, owner, message.Attempts, status, error, notBefore, now }, cancellationToken);

    public Task<IReadOnlyList<MessageRow>> ListAsync(ListMessages query, CancellationToken cancellationToken) =>
        QueryAsync<MessageRow>(List, query, cancellationToken);

    /// <returns>How many were put back in the queue.</returns>
    public async Task<int> RedriveAsync(RedriveMessages command, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var parameters = new
        {
            ids = command.Ids.ToArray(),
            command.Kind,
            command.Reason,
            command.Limit,
            command.Actor,
            command.Why,
            now,
        };
        return await connection.ExecuteAsync(Sql.Command(Redrive, parameters, cancellationToken));
    }

    /// <returns>False when the message is no longer dead for this reason.</returns>
    public async Task<bool> RedriveDeadAsync(
        Guid id, string reason, string actor, string why, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(Sql.Command(RedriveDead, new { id, reason, actor, why, now }, cancellationToken)) == 1;
    }

    private static async Task<bool> InsertAsync(
        string statement, object parameters, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var connection = transaction.Connection
            ?? throw new InvalidOperationException("The transaction of the message has ended.");
        return await connection.ExecuteAsync(Sql.Command(statement, parameters, cancellationToken, transaction)) == 1;
    }

    private async Task<bool> ExecuteAsync(string statement, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(Sql.Command(statement, parameters, cancellationToken)) > 0;
    }

    private async Task<IReadOnlyList<T>> QueryAsync<T>(string statement, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<T>(Sql.Command(statement, parameters, cancellationToken))).AsList();
    }
}
