using Dapper;
using Npgsql;
using NpgsqlTypes;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Analytics;

/// <summary>Statements that store offer events and their keys.</summary>
public sealed class OfferEventStore(NpgsqlDataSource database)
{
    // Key and event commit together; an event whose key is known already is left out and its id returned.
    private const string InsertFew =
        """
        with incoming as (
            select id, offer_slug, target_slug, event_type, action, cart_total, currency, order_reference, metadata,
                occurred_at, occurred_at_clamped, reported_event_type
            from unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) as sent (
                id, offer_slug, target_slug, event_type, action, cart_total, currency, order_reference, metadata,
                occurred_at, occurred_at_clamped, reported_event_type)
        ),
        fresh as (
            insert into offer_event_key (event_id, created_at)
            select id, $1 from incoming
            on conflict (event_id) do nothing
            returning event_id
        ),
        kept as (
            insert into checkout_offer_events (
                created_at, id, offer_slug, target_slug, event_type, action, cart_total, currency, order_reference, metadata,
                occurred_at, occurred_at_clamped, reported_event_type)
            select $1, id, offer_slug, target_slug, event_type, action, cart_total, currency, order_reference, metadata,
                occurred_at, occurred_at_clamped, reported_event_type
            from incoming
            join fresh on fresh.event_id = incoming.id
        )
        select id
        from incoming
        where not exists (select 1 from fresh where fresh.event_id = incoming.id)
        """;

    // First half of the COPY path: claims the keys; fewer rows than ids means that some are known.
    private const string ClaimKeys =
        """
        insert into offer_event_key (event_id, created_at)
        select id, $1 from unnest($2) as sent (id)
        on conflict (event_id) do nothing
        """;

    // Keys of these events that another transaction holds: all but the rows that this one wrote.
    private const string ListClaimedByOthers =
        """
        select event_id, created_at
        from offer_event_key
        where event_id = any(@Ids) and xmin <> pg_current_xact_id()::xid
        """;

    private const string ListKeys = "select event_id, created_at from offer_event_key where event_id = any(@Ids)";

    // Second half: only events whose keys this transaction claimed.
    private const string CopyEvents =
        """
        copy checkout_offer_events (
            created_at, id, offer_slug, target_slug, event_type, action, cart_total, currency, order_reference, metadata,
            occurred_at, occurred_at_clamped, reported_event_type)
        from stdin (format binary)
        """;

    /// <summary>Stores what is new in one statement: the shortest way for a few events.</summary>
    /// <param name="events">In the order of their ids, each id once; the order keeps concurrent writers from deadlocks.</param>
    /// <returns>The ids that were known before, with the time of the event that holds them.</returns>
    public async Task<IReadOnlyDictionary<Guid, DateTimeOffset>> InsertAsync(
        ArraySegment<OfferEvent> events, DateTimeOffset createdAt, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(InsertFew, connection);
        OfferEventColumns.Bind(command.Parameters, events, createdAt);
        var known = new List<Guid>();
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                known.Add(reader.GetGuid(0));
            }
        }

        return known.Count == 0 ? NoneKnown : await ListAsync(ListKeys, known, connection, null, cancellationToken);
    }

    /// <summary>Stores what is new by binary COPY: the cheapest way for many events.</summary>
    /// <inheritdoc cref="InsertAsync" path="/param"/>
    /// <inheritdoc cref="InsertAsync" path="/returns"/>
    public async Task<IReadOnlyDictionary<Guid, DateTimeOffset>> CopyAsync(
        ArraySegment<OfferEvent> events, DateTimeOffset createdAt, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var ids = new Guid[events.Count];
        for (var index = 0; index < ids.Length; index++)
        {
            ids[index] = events[index].Id;
        }

        int claimed;
        await using (var command = new NpgsqlCommand(ClaimKeys, connection, transaction))
        {
            command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = createdAt.UtcDateTime });
            command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = ids, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid });
            claimed = await command.ExecuteNonQueryAsync(cancellationToken);
        }

        var known = claimed == ids.Length
            ? NoneKnown
            : await ListAsync(ListClaimedByOthers, ids, connection, transaction, cancellationToken);
        if (claimed > 0)
        {
            await CopyRowsAsync(connection, events, known, createdAt, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return known;
    }

    private static readonly IReadOnlyDictionary<Guid, DateTimeOffset> NoneKnown = new Dictionary<Guid, DateTimeOffset>();

    private static async Task<IReadOnlyDictionary<Guid, DateTimeOffset>> ListAsync(
        string statement,
        IReadOnlyList<Guid> ids,
        NpgsqlConnection connection,
        NpgsqlTransaction? transaction,
        CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync<(Guid Id, DateTimeOffset CreatedAt)>(Sql.Command(
            statement, new { Ids = ids.ToArray() }, cancellationToken, transaction));
        return rows.ToDictionary(row => row.Id, row => row.CreatedAt);
    }

    private static async Task CopyRowsAsync(
        NpgsqlConnection connection,
        ArraySegment<OfferEvent> events,
        IReadOnlyDictionary<Guid, DateTimeOffset> known,
        DateTimeOffset createdAt,
        CancellationToken cancellationToken)
    {
        using var rows = new CopyRows(events.Count * 512);
        rows.Begin();
        foreach (var taken in events)
        {
            if (!known.ContainsKey(taken.Id))
            {
                OfferEventColumns.Write(rows, taken, createdAt);
            }
        }

        rows.End();
        await using var copy = await connection.BeginRawBinaryCopyAsync(CopyEvents, cancellationToken);
        await copy.WriteAsync(rows.Written, cancellationToken);
    }
}
