using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Analytics;

/// <summary>
/// Two weeks of storefront events for a local run, so that exports, preset summaries and alerts have data.
/// </summary>
internal sealed class EventSampleStore(NpgsqlDataSource database, TimeProvider clock) : ISampleData
{
    // Keys are unique, so loading again adds nothing. One preset is cleared too often, to trigger an alert.
    private const string Load =
        """
        with sample as (
            select md5('sample-event-' || n)::uuid as id, n, @Now - n * interval '90 minutes' as at
            from generate_series(1, 220) as n
        ),
        fresh as (
            insert into offer_event_key (event_id, created_at)
            select id, at from sample
            on conflict do nothing
            returning event_id
        )
        insert into checkout_offer_events (
            id, created_at, occurred_at, offer_slug, target_slug, event_type, action, cart_total, currency, metadata)
        select id, at, at, case when n % 2 = 0 then 'spring-offer' else 'fall-offer' end,
            case when n % 4 = 0 then 'story-boost' end,
            case when n % 5 = 0 then 'impression' when n % 5 = 1 then 'preset_configurator_apply'
                when n % 10 = 7 then 'preset_configurator_clear' else 'preset_cta_apply' end,
            case when n % 5 = 0 then 'view' else 'click' end, 49 + n % 60, 'EUR',
            jsonb_build_object(
                'presetId', case when n % 10 = 7 or n % 7 = 0 then 'preset-bold' else 'preset-alpha' end,
                'presetLabel', case when n % 10 = 7 or n % 7 = 0 then 'Bold' else 'Alpha' end,
                'source', case when n % 3 = 0 then 'landing' else 'product-page' end)
        from sample
        join fresh on fresh.event_id = sample.id
        """;

    private const string Drop =
        """
        with sample as (
            select md5('sample-event-' || n)::uuid as id from generate_series(1, 220) as n
        ),
        events as (
            delete from checkout_offer_events where id in (select id from sample)
        )
        delete from offer_event_key where event_id in (select id from sample)
        """;

    public async Task DropAsync(DateTimeOffset loadedAt, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(Drop, null, cancellationToken));
    }

    public async Task<bool> LoadAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(Load, new { Now = clock.GetUtcNow() }, cancellationToken));
        return true;
    }
}
