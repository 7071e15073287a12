using Npgsql;
using NpgsqlTypes;

namespace Smplat.Benchmarks.Ingestion;

/// <summary>Storage of the baseline: one table with the same columns and indexes as ours, and the client's id as its key.</summary>
internal static class BareStore
{
    private const string CreateTable =
        """
        create table if not exists bare_event (
            id uuid primary key,
            offer_slug varchar(255) not null,
            target_slug varchar(255),
            event_type varchar(64) not null,
            action varchar(64),
            cart_total numeric(12, 2),
            currency varchar(16),
            order_reference text,
            metadata jsonb,
            created_at timestamptz not null default now()
        );
        create index if not exists bare_event_time on bare_event (created_at, id);
        create index if not exists bare_event_type on bare_event (event_type, created_at);
        create index if not exists bare_event_offer on bare_event (offer_slug, created_at);
        """;

    private const string InsertMany =
        """
        insert into bare_event (id, offer_slug, target_slug, event_type, action, cart_total, currency, order_reference, metadata)
        select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9)
        on conflict (id) do nothing
        """;

    private const string InsertSingle =
        """
        insert into bare_event (id, offer_slug, target_slug, event_type, action, cart_total, currency, order_reference, metadata)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        on conflict (id) do nothing
        """;

    public static async Task CreateTableAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(CreateTable);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Creates an empty table with the same columns, key and indexes.</summary>
    /// <param name="name">A constant of the benchmark, never user input.</param>
    public static async Task CopyTableAsync(NpgsqlDataSource source, string name, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand($"create table if not exists {name} (like bare_event including all)");
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public static async Task<int> InsertAsync(NpgsqlDataSource source, BareEvent[] events, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(InsertMany, connection);
        Add(command, events.Select(one => one.EventId).ToArray(), NpgsqlDbType.Uuid);
        Add(command, events.Select(one => one.OfferSlug).ToArray(), NpgsqlDbType.Varchar);
        Add(command, events.Select(one => one.TargetSlug).ToArray(), NpgsqlDbType.Varchar);
        Add(command, events.Select(one => one.EventType).ToArray(), NpgsqlDbType.Varchar);
        Add(command, events.Select(one => one.Action).ToArray(), NpgsqlDbType.Varchar);
        Add(command, events.Select(one => one.CartTotal).ToArray(), NpgsqlDbType.Numeric);
        Add(command, events.Select(one => one.Currency).ToArray(), NpgsqlDbType.Varchar);
        Add(command, events.Select(one => one.OrderReference).ToArray(), NpgsqlDbType.Text);
        Add(command, events.Select(one => one.Metadata?.GetRawText()).ToArray(), NpgsqlDbType.Jsonb);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public static async Task<int> InsertOneAsync(NpgsqlDataSource source, BareEvent one, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(InsertSingle, connection);
        foreach (var (value, type) in new (object?, NpgsqlDbType)[]
        {
            (one.EventId, NpgsqlDbType.Uuid), (one.OfferSlug, NpgsqlDbType.Varchar), (one.TargetSlug, NpgsqlDbType.Varchar),
            (one.EventType, NpgsqlDbType.Varchar), (one.Action, NpgsqlDbType.Varchar), (one.CartTotal, NpgsqlDbType.Numeric),
            (one.Currency, NpgsqlDbType.Varchar), (one.OrderReference, NpgsqlDbType.Text),
            (one.Metadata?.GetRawText(), NpgsqlDbType.Jsonb),
        })
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value, NpgsqlDbType = type });
        }

        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static void Add<T>(NpgsqlCommand command, T[] values, NpgsqlDbType type) =>
        command.Parameters.Add(new NpgsqlParameter<T[]> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type });
}
