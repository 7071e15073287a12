using Dapper;
using Npgsql;
using Smplat.Core.Database;

namespace Smplat.Core.Trust.Forecast;

/// <summary>
/// Read model of the delivery forecast: queue, history and shifts in one statement, hence of one moment.
/// </summary>
public sealed class ForecastFactStore(NpgsqlDataSource database)
{
    // Every open task, every completion since the cut-off and every shift in reach appears exactly once.
    private const string Facts =
        """
        with live as materialized (
            select from_at, until_at from trust_live_range_since(greatest(@Cutoff, (select durations_from from trust_rollup_state)))
            union all
            select @Cutoff, durations_from from trust_rollup_state where durations_from > @Cutoff),
        queued as (
            select order_item_id, count(*) as tasks from fulfillment_tasks where status = 'pending' group by order_item_id
            union all
            select order_item_id, count(*) from fulfillment_tasks where status = 'in_progress' group by order_item_id),
        backlog as (
            select item.product_id, item.product_title, sum(queued.tasks)::bigint as tasks
            from queued cross join lateral (
                select product_id, product_title from order_items where id = queued.order_item_id offset 0) item
            group by item.product_id, item.product_title),
        history as (
            select product_id, product_title, durations_us
            from trust_rollup_duration
            where hour_at >= greatest(@Cutoff, (select durations_from from trust_rollup_state))
                and hour_at not in (select hour_at from trust_dirty_hour)
            union all
            select item.product_id, item.product_title, array_agg(task.duration_us)
            from live cross join lateral (
                select order_item_id, duration_us
                from trust_closed_task
                where closed_at >= live.from_at and closed_at < live.until_at and duration_us is not null
                offset 0) task
            cross join lateral (
                select product_id, product_title from order_items where id = task.order_item_id offset 0) item
            group by item.product_id, item.product_title)
        select p.slug, b.product_title, b.tasks, null::bigint[] as durations_us,
            null::timestamptz as starts_at, null::timestamptz as ends_at, 0 as hourly_capacity
        from backlog b left join products p on p.id = b.product_id
        union all
        select p.slug, h.product_title, 0, h.durations_us, null, null, 0
        from history h left join products p on p.id = h.product_id
        union all
        select s.sku, null, 0, null, s.starts_at, s.ends_at, s.hourly_capacity
        from fulfillment_staffing_shifts s
        where s.ends_at >= @Now and s.starts_at <= @Horizon
        """;

    public async Task<ForecastFacts> ReadAsync(
        DateTimeOffset now, DateTimeOffset cutoff, DateTimeOffset horizon, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<ForecastRow>(Sql.Command(
            Facts, new { Now = now, Cutoff = cutoff, Horizon = horizon }, cancellationToken));
        return ForecastFacts.Of(rows);
    }
}
