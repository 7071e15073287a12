using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Analytics;

/// <summary>Table <c>rejected_event</c>.</summary>
public sealed class RejectedEventStore(NpgsqlDataSource database)
{
    private const string Columns =
        """
        id, source, naming, event_id, payload, code, field, reason, status, seen, attempts, first_seen_at, last_seen_at, replayed_at
        """;

    // Sending the same item again increments seen, also when several requests send it at once.
    private const string Keep =
        """
        insert into rejected_event (
            id, source, naming, fingerprint, event_id, payload, code, field, reason, first_seen_at, last_seen_at)
        select distinct on (fingerprint)
            gen_random_uuid(), 'offer_event', naming, fingerprint, event_id, payload, code, field, reason, @Now, @Now
        from unnest(@Namings, @Fingerprints, @EventIds, @Payloads, @Codes, @Fields, @Reasons) as sent (
            naming, fingerprint, event_id, payload, code, field, reason)
        order by fingerprint
        on conflict (fingerprint) do update
        set seen = rejected_event.seen + 1, last_seen_at = excluded.last_seen_at,
            code = excluded.code, field = excluded.field, reason = excluded.reason
        """;

    // Oldest first, with keyset paging; rows without a payload are included.
    private const string List =
        $"""
        select {Columns}
        from rejected_event
        where (@Status::text is null or status = @Status)
            and (@Code::text is null or code = @Code)
            and (@AfterAt::timestamptz is null or (first_seen_at, id) > (@AfterAt, @AfterId))
        order by first_seen_at, id
        limit @Limit
        """;

    // Every statement locks its rows in the order of their fingerprints, so that two replays, or a replay and the same
    // items sent again, wait for one another instead of deadlocking.
    private const string Locked =
        """
        select id from rejected_event where id = any(@Ids) and status = 'waiting' order by fingerprint for update
        """;

    private const string MarkReplayed =
        $"""
        with locked as ({Locked})
        update rejected_event
        set status = 'replayed', replayed_at = @Now, attempts = attempts + 1
        from locked
        where rejected_event.id = locked.id
        """;

    private const string MarkRefusedAgain =
        $"""
        with locked as ({Locked})
        update rejected_event
        set attempts = attempts + 1, code = refused.code, field = refused.field, reason = refused.reason
        from unnest(@Ids, @Codes, @Fields, @Reasons) as refused (id, code, field, reason)
        join locked on locked.id = refused.id
        where rejected_event.id = refused.id
        """;

    private const string CountWaiting = "select count(*) from rejected_event where status = 'waiting'";

    // In bounded batches, so that a large backlog never holds many locks.
    private const string DeleteOld =
        """
        with old as (
            select id from rejected_event where last_seen_at < @Before order by last_seen_at limit @Limit for update skip locked
        )
        delete from rejected_event
        using old
        where rejected_event.id = old.id
        """;

    public async Task KeepAsync(IReadOnlyList<RejectedEvent> events, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(
            Keep,
            new
            {
                Now = now,
                Namings = events.Select(entry => entry.Naming).ToArray(),
                Fingerprints = events.Select(entry => entry.Fingerprint).ToArray(),
                EventIds = events.Select(entry => entry.EventId).ToArray(),
                Payloads = events.Select(entry => entry.Payload).ToArray(),
                Codes = events.Select(entry => entry.Code).ToArray(),
                Fields = events.Select(entry => entry.Field).ToArray(),
                Reasons = events.Select(entry => entry.Reason).ToArray(),
            },
            cancellationToken));
    }

    public async Task<IReadOnlyList<RejectedEventRow>> ListAsync(
        string? status, string? code, (DateTimeOffset At, Guid Id)? after, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<RejectedEventRow>(Sql.Command(
            List,
            new { Status = status, Code = code, AfterAt = after?.At, AfterId = after?.Id ?? Guid.Empty, Limit = limit },
            cancellationToken))).AsList();
    }

    public async Task MarkReplayedAsync(IReadOnlyList<Guid> ids, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(MarkReplayed, new { Ids = ids.ToArray(), Now = now }, cancellationToken));
    }

    public async Task MarkRefusedAgainAsync(
        IReadOnlyList<(Guid Id, RejectedEvent Again)> refused, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(
            MarkRefusedAgain,
            new
            {
                Ids = refused.Select(entry => entry.Id).ToArray(),
                Codes = refused.Select(entry => entry.Again.Code).ToArray(),
                Fields = refused.Select(entry => entry.Again.Field).ToArray(),
                Reasons = refused.Select(entry => entry.Again.Reason).ToArray(),
            },
            cancellationToken));
    }

    public async Task<long> CountWaitingAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<long>(Sql.Command(CountWaiting, null, cancellationToken));
    }

    public async Task<int> DeleteOldAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(Sql.Command(DeleteOld, new { Before = before, Limit = limit }, cancellationToken));
    }
}
