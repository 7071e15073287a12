using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Trust;

internal sealed record OnTimeFacts(
    long DueTasks, long OnTimeTasks, long CompletedDueTasks, long CompletedOnTimeTasks, DateTimeOffset? NewestAt);

internal sealed record ResponseFacts(long Responses, decimal ResponseUs, DateTimeOffset? NewestAt);

internal sealed record ScoreFacts(
    long Scores, double? MeanScore, long Ratings, long Promoters, long Detractors, DateTimeOffset? NewestAt);

internal sealed record BacklogFacts(long OutstandingTasks, long OverdueTasks, decimal OverdueUs)
{
    public double OverdueMinutes => (double)OverdueUs / FactUnits.MicrosecondsPerMinute;
}

internal sealed record CoverageFacts(long ScheduledTasks, long CompletedTasks);

/// <summary>
/// Reads the facts behind the metrics from tasks, items and orders. Each reading is one statement and therefore one
/// snapshot: the hourly sums, the tasks closed since and the hours marked as changed are consistent, so a reading
/// equals the formula over all tasks.
/// </summary>
/// <remarks>
/// <c>offset 0</c> keeps the planner from joining whole tables where a few rows are looked up by key: it cannot know
/// how short the time ranges are that are read from the tasks.
/// </remarks>
internal sealed class TrustFactStore(NpgsqlDataSource database)
{
    // Every task with a due and a completion time counts exactly once.
    private const string OnTime =
        """
        with live as materialized (select from_at, until_at from trust_live_range),
        counted as (
            select due_tasks, on_time_tasks, completed_due_tasks, completed_on_time_tasks, due_newest_at as newest_at
            from trust_sealed_hour
            union all
            select
                count(*),
                count(*) filter (where task.is_on_time),
                count(*) filter (where task.is_completed),
                count(*) filter (where task.is_completed and task.is_on_time),
                max(task.completed_at)
            from live cross join lateral (
                select is_on_time, is_completed, completed_at
                from trust_closed_task
                where closed_at >= live.from_at and closed_at < live.until_at and is_due
                offset 0) task)
        select
            coalesce(sum(due_tasks), 0)::bigint as due_tasks,
            coalesce(sum(on_time_tasks), 0)::bigint as on_time_tasks,
            coalesce(sum(completed_due_tasks), 0)::bigint as completed_due_tasks,
            coalesce(sum(completed_on_time_tasks), 0)::bigint as completed_on_time_tasks,
            max(newest_at) as newest_at
        from counted
        """;

    // Every task that was ever started counts exactly once, open ones included.
    private const string Responses =
        """
        with live as materialized (select from_at, until_at from trust_live_range),
        started as (
            select task.order_item_id, task.responded_at
            from live cross join lateral (
                select order_item_id, responded_at
                from trust_closed_task
                where closed_at >= live.from_at and closed_at < live.until_at and responded_at is not null
                offset 0) task
            union all
            select order_item_id, responded_at
            from trust_open_task
            where completed_at is null and responded_at is not null),
        counted as (
            select responses, response_us, response_newest_at as newest_at
            from trust_sealed_hour
            union all
            select
                count(*),
                coalesce(sum(trust_us(started.responded_at - placed.created_at)), 0),
                max(started.responded_at)
            from started cross join lateral (
                select o.created_at
                from order_items i join orders o on o.id = i.order_id
                where i.id = started.order_item_id
                offset 0) placed
            where started.responded_at >= placed.created_at)
        select
            coalesce(sum(responses), 0)::bigint as responses,
            coalesce(sum(response_us), 0) as response_us,
            max(newest_at) as newest_at
        from counted
        """;

    // Scores of tasks completed at or after the cut-off, each exactly once. The mean is divided as an exact decimal.
    private const string Scores =
        """
        with live as materialized (select from_at, until_at from trust_live_range_since(@Cutoff)),
        counted as (
            select scores, score_sum, ratings, promoters, detractors, score_newest_at as newest_at
            from trust_sealed_hour
            where hour_at >= @Cutoff
            union all
            select
                count(*),
                coalesce(sum(task.score), 0),
                count(*) filter (where task.score between 0 and 10),
                count(*) filter (where task.score between 9 and 10),
                count(*) filter (where task.score between 0 and 6),
                max(task.completed_at)
            from live cross join lateral (
                select score, completed_at
                from trust_closed_task
                where closed_at >= live.from_at and closed_at < live.until_at and score is not null
                offset 0) task)
        select
            coalesce(sum(scores), 0)::bigint as scores,
            case when sum(scores) > 0 and abs(sum(score_sum)) < 1e300
                then (sum(score_sum) / sum(scores))::float8 end as mean_score,
            coalesce(sum(ratings), 0)::bigint as ratings,
            coalesce(sum(promoters), 0)::bigint as promoters,
            coalesce(sum(detractors), 0)::bigint as detractors,
            max(newest_at) as newest_at
        from counted
        """;

    // Scheduled tasks need only the index; the few others are looked up in the table.
    private const string Backlog =
        """
        with anchored as (
            select scheduled_at as anchor from trust_open_task where scheduled_at is not null
            union all
            select created_at from trust_open_task where scheduled_at is null)
        select
            count(*) as outstanding_tasks,
            count(*) filter (where anchor < @Now) as overdue_tasks,
            coalesce(sum(trust_us(@Now - anchor)) filter (where anchor < @Now), 0) as overdue_us
        from anchored
        """;

    // Both ends of the window are inclusive.
    private const string Coverage =
        """
        select
            (select count(*) from trust_open_task where scheduled_at between @From and @Now) as scheduled_tasks,
            (select count(*) from trust_closed_task
                where closed_at between @From and @Now and is_completed and completed_at is not null) as completed_tasks
        """;

    // Every open task, every completion since the cut-off and every shift within the horizon appears exactly once. The
    // hourly arrays are concatenated as bytes, one row per product: one row per hour would cost more than the rest of
    // the query.
    private const string Forecast =
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

    // The planner cannot know how short the time ranges are that a query reads, assumes a third of the table, and would
    // spend half a second on JIT-compiling what runs for milliseconds.
    private const string WithoutJit = "set local jit = off";

    public Task<OnTimeFacts> ReadOnTimeAsync(CancellationToken cancellationToken) =>
        QuerySingleAsync<OnTimeFacts>(OnTime, null, cancellationToken);

    public Task<ResponseFacts> ReadResponsesAsync(CancellationToken cancellationToken) =>
        QuerySingleAsync<ResponseFacts>(Responses, null, cancellationToken);

    public Task<ScoreFacts> ReadScoresAsync(DateTimeOffset cutoff, CancellationToken cancellationToken) =>
        QuerySingleAsync<ScoreFacts>(Scores, new { Cutoff = cutoff }, cancellationToken);

    public Task<BacklogFacts> ReadBacklogAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        QuerySingleAsync<BacklogFacts>(Backlog, new { Now = now }, cancellationToken);

    public Task<CoverageFacts> ReadCoverageAsync(DateTimeOffset from, DateTimeOffset now, CancellationToken cancellationToken) =>
        QuerySingleAsync<CoverageFacts>(Coverage, new { From = from, Now = now }, cancellationToken);

    /// <summary>Queue, history, products and shifts as of one moment.</summary>
    public async Task<ForecastFacts> ReadForecastAsync(
        DateTimeOffset now, DateTimeOffset cutoff, DateTimeOffset horizon, CancellationToken cancellationToken)
    {
        var rows = await QueryAsync<ForecastRow>(
            Forecast, new { Now = now, Cutoff = cutoff, Horizon = horizon }, cancellationToken);
        return ForecastFacts.From(rows);
    }

    private async Task<T> QuerySingleAsync<T>(string query, object? parameters, CancellationToken cancellationToken) =>
        (await QueryAsync<T>(query, parameters, cancellationToken)).Single();

    private async Task<IReadOnlyList<T>> QueryAsync<T>(string query, object? parameters, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(WithoutJit, null, cancellationToken, transaction));
        var rows = await connection.QueryAsync<T>(Sql.Command(query, parameters, cancellationToken, transaction));
        await transaction.CommitAsync(cancellationToken);
        return rows.AsList();
    }
}
