namespace Smplat.Core.Trust;

/// <summary>
/// Read model over tasks, items and orders. Each reading is one statement, hence one snapshot: the hourly sums, what was
/// closed since, and the hours marked as changed always belong together, so a reading equals the formula over all tasks.
/// </summary>
/// <remarks>
/// <c>offset 0</c> keeps the planner from joining whole tables where a few rows are looked up by key: it cannot know
/// how short the stretches are that are read from the tasks.
/// </remarks>
public sealed class TrustFactStore(TrustQueryStore queries)
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

    // Tasks with a schedule are read from the index alone; the few others are looked up.
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

    // Both ends of the window belong to it.
    private const string Coverage =
        """
        select
            (select count(*) from trust_open_task where scheduled_at between @From and @Now) as scheduled_tasks,
            (select count(*) from trust_closed_task
                where closed_at between @From and @Now and is_completed and completed_at is not null) as completed_tasks
        """;

    public Task<OnTimeFacts> ReadOnTimeAsync(CancellationToken cancellationToken) =>
        queries.QuerySingleAsync<OnTimeFacts>(OnTime, null, cancellationToken);

    public Task<ResponseFacts> ReadResponsesAsync(CancellationToken cancellationToken) =>
        queries.QuerySingleAsync<ResponseFacts>(Responses, null, cancellationToken);

    public Task<ScoreFacts> ReadScoresAsync(DateTimeOffset cutoff, CancellationToken cancellationToken) =>
        queries.QuerySingleAsync<ScoreFacts>(Scores, new { Cutoff = cutoff }, cancellationToken);

    public Task<BacklogFacts> ReadBacklogAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        queries.QuerySingleAsync<BacklogFacts>(Backlog, new { Now = now }, cancellationToken);

    public Task<CoverageFacts> ReadCoverageAsync(DateTimeOffset from, DateTimeOffset now, CancellationToken cancellationToken) =>
        queries.QuerySingleAsync<CoverageFacts>(Coverage, new { From = from, Now = now }, cancellationToken);
}
