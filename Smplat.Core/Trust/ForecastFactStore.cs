namespace Smplat.Core.Trust;

/// <summary>
/// Read model of the delivery forecast: queue, history, products and shifts in one statement, hence of one moment.
/// </summary>
public sealed class ForecastFactStore(TrustQueryStore queries)
{
    // Every open task, every completion since the cut-off and every shift in reach appears exactly once. Arrays of the
    // hours come strung together as bytes, a row a product: a row an hour would cost more than all the rest.
    private const string Facts =
        """
        with live as materialized (
            select from_at, until_at from trust_live_range_since(greatest(@Cutoff, (select durations_from from trust_rollup_state)))
            union all
            select @Cutoff, durations_from from trust_rollup_state where durations_from > @Cutoff),
        queued as (
            select order_item_id, count(*) as tasks from trust_open_task group by order_item_id),
        backlog as (
            select item.product_id, item.product_title, sum(queued.tasks)::bigint as tasks
            from queued cross join lateral (
                select product_id, product_title from order_items where id = queued.order_item_id offset 0) item
            group by item.product_id, item.product_title),
        history as (
            select product_id, product_title, string_agg(array_send(durations_us), '') as durations
            from trust_rollup_duration
            where hour_at >= greatest(@Cutoff, (select durations_from from trust_rollup_state))
                and hour_at not in (select hour_at from trust_dirty_hour)
            group by product_id, product_title
            union all
            select item.product_id, item.product_title, array_send(array_agg(task.duration_us))
            from live cross join lateral (
                select order_item_id, duration_us
                from trust_closed_task
                where closed_at >= live.from_at and closed_at < live.until_at and duration_us is not null
                offset 0) task
            cross join lateral (
                select product_id, product_title from order_items where id = task.order_item_id offset 0) item
            group by item.product_id, item.product_title)
        select b.product_id, b.product_title, b.tasks, null::bytea as durations,
            null as slug, null::timestamptz as starts_at, null::timestamptz as ends_at, 0 as hourly_capacity
        from backlog b
        union all
        select product_id, product_title, 0, durations, null, null, null, 0
        from history
        union all
        select id, null, 0, null, slug, null, null, 0
        from products
        union all
        select null, null, 0, null, sku, starts_at, ends_at, hourly_capacity
        from fulfillment_staffing_shifts
        where ends_at >= @Now and starts_at <= @Horizon
        """;

    public async Task<ForecastFacts> ReadAsync(
        DateTimeOffset now, DateTimeOffset cutoff, DateTimeOffset horizon, CancellationToken cancellationToken)
    {
        var rows = await queries.QueryAsync<ForecastRow>(
            Facts, new { Now = now, Cutoff = cutoff, Horizon = horizon }, cancellationToken);
        return ForecastFacts.Of(rows);
    }
}
