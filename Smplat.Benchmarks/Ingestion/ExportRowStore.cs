using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Benchmarks.Ingestion;

/// <summary>Loads events as storefronts send them: ten per second, the first row newest.</summary>
internal sealed class ExportRowStore(NpgsqlDataSource database)
{
    private const int PerSecond = 10;

    private const string Load =
        """
        create table checkout_offer_events_bench partition of checkout_offer_events default;
        insert into checkout_offer_events (
            id, created_at, offer_slug, target_slug, event_type, action, cart_total, currency, order_reference, metadata)
        select gen_random_uuid(), @Newest - n * interval '1 second' / @PerSecond, 'offer-' || n % 500, 'product-' || n % 90,
            (array['impression', 'cta_click', 'preset_cta_apply'])[1 + n % 3], 'view', (n % 30000) / 100.0, 'EUR', 'SM' || n,
            jsonb_build_object('presetId', 'preset-' || n % 40, 'source', 'landing', 'position', n % 12, 'note', 'a "quoted", text')
        from generate_series(1, @Rows) n;
        analyze checkout_offer_events;
        """;

    private static readonly DateTimeOffset Newest = new(2001, 6, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The time since which there are this many events.</summary>
    public static DateTimeOffset TimeOf(int rows) => Newest.AddSeconds(-(double)rows / PerSecond);

    public async Task LoadAsync(int rows, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(Load, new { Rows = rows, Newest, PerSecond }, cancellationToken, timeoutSeconds: 600));
    }
}
