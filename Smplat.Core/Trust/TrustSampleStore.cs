using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Trust;

/// <summary>A month of finished work for a local run, with fixed ids.</summary>
public sealed class TrustSampleStore(NpgsqlDataSource database)
{
    // Every row has an id of its own making, so loading again adds nothing. Open tasks lie ahead, for the worker to leave alone.
    private const string Load =
        """
        insert into products (id, slug, title, category, base_price, status)
        select md5('trust-sample-product-' || n)::uuid, slug, title, 'fulfillment', 49, 'active'
        from (values (1, 'story-boost', 'Story Boost'), (2, 'reel-launch', 'Reel Launch')) as product (n, slug, title)
        on conflict do nothing;
        insert into orders (id, order_number, status, subtotal, total, created_at)
        select md5('trust-sample-order-' || n)::uuid, 'SAMPLE' || n, 'completed', 49, 49, @Now - n * interval '8 hours'
        from generate_series(1, 75) n
        on conflict do nothing;
        insert into order_items (id, order_id, product_id, product_title, unit_price, total_price)
        select md5('trust-sample-item-' || n)::uuid, md5('trust-sample-order-' || n)::uuid,
            (select id from products where slug = case when n % 3 = 0 then 'reel-launch' else 'story-boost' end),
            case when n % 3 = 0 then 'Reel Launch' else 'Story Boost' end, 49, 49
        from generate_series(1, 75) n
        on conflict do nothing;
        insert into fulfillment_tasks (
            id, order_item_id, ordinal, task_type, status, title, result,
            scheduled_at, due_at, first_started_at, started_at, completed_at, created_at)
        select md5('trust-sample-task-' || n)::uuid, md5('trust-sample-item-' || (n + 1) / 2)::uuid, n % 2, 'content_promotion',
            'completed', 'Sample task ' || n,
            case when n % 2 = 0 then jsonb_build_object('nps_score', 7 + n % 4) else '{}' end,
            at, at + interval '3 hours', at + (8 + n % 19) * interval '1 minute', at + (8 + n % 19) * interval '1 minute',
            at + (55 + n * 7 % 140) * interval '1 minute', at
        from (select n, @Now - ((n + 1) / 2) * interval '8 hours' as at from generate_series(1, 150) n) task
        on conflict do nothing;
        insert into fulfillment_tasks (id, order_item_id, ordinal, task_type, status, title, scheduled_at, created_at)
        select md5('trust-sample-open-' || n)::uuid, md5('trust-sample-item-' || n)::uuid, 9, 'content_promotion', 'pending',
            'Sample task to come ' || n, @Now + interval '30 days', @Now
        from generate_series(1, 24) n
        on conflict do nothing;
        insert into fulfillment_staffing_shifts (id, sku, starts_at, ends_at, hourly_capacity)
        select md5('trust-sample-shift-' || sku || n)::uuid, sku, @Now + (n * 24 - 1) * interval '1 hour', @Now + (n * 24 + 7) * interval '1 hour', 6
        from generate_series(0, 60) n cross join (values ('story-boost'), ('reel-launch')) as product (sku)
        on conflict do nothing;
        """;

    public async Task LoadAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(Load, new { Now = now }, cancellationToken));
    }
}
