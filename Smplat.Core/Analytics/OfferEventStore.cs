using System.Runtime.CompilerServices;
using Dapper;
using Npgsql;
using NpgsqlTypes;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Analytics;

/// <summary>
/// Tables <c>checkout_offer_events</c>, <c>offer_event_key</c> and <c>offer_event_scrub</c>: storing, exporting and
/// scrubbing offer events. Keys are permanent, so an event is stored once however often it is sent.
/// </summary>
public sealed class OfferEventStore(NpgsqlDataSource database)
{
    // Key and event commit together; an event whose key exists is skipped and its id returned.
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

    // First half of the COPY path: claims the keys; fewer rows than ids means that some exist already.
    private const string ClaimKeys =
        """
        insert into offer_event_key (event_id, created_at)
        select id, $1 from unnest($2) as sent (id)
        on conflict (event_id) do nothing
        """;

    // Keys of these events that another transaction wrote.
    private const string ListClaimedByOthers =
        """
        select event_id, created_at
        from offer_event_key
        where event_id = any(@Ids) and xmin <> pg_current_xact_id()::xid
        """;

    private const string ListKeys = "select event_id, created_at from offer_event_key where event_id = any(@Ids)";

    // Second half of the COPY path: only events whose keys this transaction claimed.
    private const string CopyEvents =
        """
        copy checkout_offer_events (
            created_at, id, offer_slug, target_slug, event_type, action, cart_total, currency, order_reference, metadata,
            occurred_at, occurred_at_clamped, reported_event_type)
        from stdin (format binary)
        """;

    private const int PageSize = 5_000;

    // Each page starts after the last row of the previous one, so no page is slower than the first, and rows inserted
    // meanwhile do not shift the pages.
    private const string ReadPage =
        """
        select id, created_at, offer_slug, target_slug, event_type, action, cart_total, currency, order_reference, metadata::text
        from checkout_offer_events
        where created_at >= @Since
            and created_at < @Until
            and (created_at, id) < (@BeforeAt, @BeforeId)
            and (@EventType::text is null or event_type = @EventType)
            and (@OfferSlug::text is null or offer_slug = @OfferSlug)
        order by created_at desc, id desc
        limit @Limit
        """;

    private const string CountSelected =
        """
        select count(*)
        from checkout_offer_events
        where created_at >= @Since
            and created_at < @Until
            and (@EventType::text is null or event_type = @EventType)
            and (@OfferSlug::text is null or offer_slug = @OfferSlug)
        """;

    private static readonly Guid LargestId = new("ffffffff-ffff-ffff-ffff-ffffffffffff");

    // The mark only moves forward, so that repeated or concurrent runs do not redo work.
    private const string AdvanceScrubMark =
        """
        insert into offer_event_scrub (id, scrubbed_until)
        values (1, @Until)
        on conflict (id) do update
        set scrubbed_until = greatest(offer_event_scrub.scrubbed_until, excluded.scrubbed_until)
        """;

    private const string FindScrubMark = "select scrubbed_until from offer_event_scrub";

    private const string FindOldest = "select min(created_at) from checkout_offer_events";

    private const string ClearReferences =
        """
        update checkout_offer_events
        set order_reference = null
        where created_at >= @From and created_at < @Until and order_reference is not null
        """;

    private static readonly IReadOnlyDictionary<Guid, DateTimeOffset> NoneKnown = new Dictionary<Guid, DateTimeOffset>();

    /// <summary>Stores the new events in one statement: the fastest way for a few events.</summary>
    /// <param name="events">
    /// Sorted by id, each id once; the order prevents deadlocks between concurrent writers.
    /// </param>
    /// <returns>The ids that were already stored, with the time of the stored event.</returns>
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

    /// <summary>Stores the new events by binary COPY: the cheapest way for many events.</summary>
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

    public async Task<long> CountAsync(EventSelection selection, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<long>(Sql.Command(CountSelected, selection, cancellationToken, timeoutSeconds: 120));
    }

    /// <summary>All rows of the selection, newest first; only one page at a time is in memory.</summary>
    public async IAsyncEnumerable<ExportedEvent> ReadAsync(
        EventSelection selection, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (beforeAt, beforeId) = (selection.Until, LargestId);
        while (true)
        {
            var page = await ReadPageAsync(selection, beforeAt, beforeId, cancellationToken);
            foreach (var row in page)
            {
                yield return row;
            }

            if (page.Count < PageSize)
            {
                yield break;
            }

            (beforeAt, beforeId) = (page[^1].CreatedAt, page[^1].Id);
        }
    }

    private async Task<List<ExportedEvent>> ReadPageAsync(
        EventSelection selection, DateTimeOffset beforeAt, Guid beforeId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<ExportedEvent>(Sql.Command(
            ReadPage,
            new
            {
                selection.Since,
                selection.Until,
                selection.EventType,
                selection.OfferSlug,
                BeforeAt = beforeAt,
                BeforeId = beforeId,
                Limit = PageSize,
            },
            cancellationToken,
            timeoutSeconds: 120))).AsList();
    }

    /// <summary>
    /// Where the next scrub starts: at the mark, otherwise at the oldest event; null when there are no events.
    /// </summary>
    public async Task<DateTimeOffset?> FindScrubStartAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<DateTime?>(Sql.Command(FindScrubMark, null, cancellationToken)) is { } mark
            ? new DateTimeOffset(mark, TimeSpan.Zero)
            : await connection.ExecuteScalarAsync<DateTime?>(Sql.Command(FindOldest, null, cancellationToken)) is { } oldest
                ? new DateTimeOffset(oldest, TimeSpan.Zero)
                : null;
    }

    /// <summary>
    /// Clears the order references of a time range and moves the mark to its end; returns how many were cleared.
    /// </summary>
    public async Task<int> ClearReferencesAsync(DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var cleared = await connection.ExecuteAsync(Sql.Command(
            ClearReferences, new { From = from, Until = until }, cancellationToken, transaction, timeoutSeconds: 120));
        await connection.ExecuteAsync(Sql.Command(AdvanceScrubMark, new { Until = until }, cancellationToken, transaction));
        await transaction.CommitAsync(cancellationToken);
        return cleared;
    }
}

/// <summary>The columns of an event for both ways of storing it, in the order of the statements above.</summary>
internal static class OfferEventColumns
{
    private const short Count = 13;

    /// <summary>Adds the time and one array per column.</summary>
    public static void Bind(NpgsqlParameterCollection parameters, ArraySegment<OfferEvent> events, DateTimeOffset createdAt)
    {
        parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = createdAt.UtcDateTime });
        Add(parameters, NpgsqlDbType.Uuid, events, taken => taken.Id);
        Add(parameters, NpgsqlDbType.Varchar, events, taken => taken.OfferSlug);
        Add(parameters, NpgsqlDbType.Varchar, events, taken => taken.TargetSlug);
        Add(parameters, NpgsqlDbType.Varchar, events, taken => taken.EventType);
        Add(parameters, NpgsqlDbType.Varchar, events, taken => taken.Action);
        Add(parameters, NpgsqlDbType.Numeric, events, taken => taken.CartTotal);
        Add(parameters, NpgsqlDbType.Varchar, events, taken => taken.Currency);
        Add(parameters, NpgsqlDbType.Text, events, taken => taken.OrderReference);
        Add(parameters, NpgsqlDbType.Jsonb, events, taken => taken.Metadata.IsEmpty ? null : taken.Metadata.ToArray());
        Add(parameters, NpgsqlDbType.TimestampTz, events, taken => taken.OccurredAt?.UtcDateTime);
        Add(parameters, NpgsqlDbType.Boolean, events, taken => taken.WasClamped);
        Add(parameters, NpgsqlDbType.Varchar, events, taken => taken.ReportedEventType);
    }

    public static void Write(CopyRows rows, OfferEvent taken, DateTimeOffset createdAt)
    {
        rows.BeginRow(Count);
        rows.Instant(createdAt);
        rows.Uuid(taken.Id);
        rows.Text(taken.OfferSlug);
        rows.Text(taken.TargetSlug);
        rows.Text(taken.EventType);
        rows.Text(taken.Action);
        rows.Amount(taken.CartTotal);
        rows.Text(taken.Currency);
        rows.Text(taken.OrderReference);
        rows.Jsonb(taken.Metadata);
        rows.Instant(taken.OccurredAt);
        rows.Flag(taken.WasClamped);
        rows.Text(taken.ReportedEventType);
    }

    private static void Add<T>(
        NpgsqlParameterCollection parameters, NpgsqlDbType type, ArraySegment<OfferEvent> events, Func<OfferEvent, T> column)
    {
        var values = new T[events.Count];
        for (var index = 0; index < values.Length; index++)
        {
            values[index] = column(events[index]);
        }

        parameters.Add(new NpgsqlParameter<T[]> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type });
    }
}
