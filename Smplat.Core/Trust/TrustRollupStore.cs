using System.Data;
using Npgsql;

namespace Smplat.Core.Trust;

/// <summary>Tables <c>trust_rollup</c>, <c>trust_rollup_duration</c>, <c>trust_dirty_hour</c> and <c>trust_rollup_state</c>.</summary>
public sealed class TrustRollupStore(NpgsqlDataSource database)
{
    /// <summary>Long enough for thirty days of a large table.</summary>
    private const int TimeoutSeconds = 300;

    // One writer of the sums at a time. A lock statement takes no snapshot, so all that follows sees what the last one did.
    private const string Lock = "lock table trust_rollup_state in share row exclusive mode";

    // The hours that were marked by transactions that this snapshot sees; marks of others stay for the next step.
    private const string TakeMarks =
        """
        with chosen as (select distinct hour_at from trust_dirty_hour order by hour_at limit @Limit)
        delete from trust_dirty_hour
        where hour_at in (select hour_at from chosen)
        returning hour_at
        """;

    // Forgets only hours that are summed; an hour still to come needs no repair.
    private const string Forget =
        """
        delete from trust_rollup where hour_at = any (@Hours);
        delete from trust_rollup_duration where hour_at = any (@Hours);
        """;

    // Sums the closed tasks of some stretches; must say the same as the live half of each reading.
    private const string Sum =
        """
        insert into trust_rollup (
            hour_at, due_tasks, on_time_tasks, completed_due_tasks, completed_on_time_tasks, due_newest_at,
            responses, response_us, response_newest_at,
            scores, score_sum, ratings, promoters, detractors, score_newest_at)
        select
            trust_hour(task.closed_at),
            count(*) filter (where task.is_due),
            count(*) filter (where task.is_due and task.is_on_time),
            count(*) filter (where task.is_due and task.is_completed),
            count(*) filter (where task.is_due and task.is_completed and task.is_on_time),
            max(task.completed_at) filter (where task.is_due),
            count(*) filter (where task.responded_at >= placed.created_at),
            coalesce(sum(trust_us(task.responded_at - placed.created_at))
                filter (where task.responded_at >= placed.created_at), 0),
            max(task.responded_at) filter (where task.responded_at >= placed.created_at),
            count(task.score),
            coalesce(sum(task.score), 0),
            count(*) filter (where task.score between 0 and 10),
            count(*) filter (where task.score between 9 and 10),
            count(*) filter (where task.score between 0 and 6),
            max(task.completed_at) filter (where task.score is not null)
        from unnest(@From, @Until) as stretch (from_at, until_at)
        cross join lateral (
            select * from trust_closed_task
            where closed_at >= stretch.from_at and closed_at < stretch.until_at offset 0) task
        cross join lateral (
            select o.created_at
            from order_items i join orders o on o.id = i.order_id
            where i.id = task.order_item_id offset 0) placed
        group by trust_hour(task.closed_at)
        """;

    // The durations of the same stretches, by what was sold.
    private const string SumDurations =
        """
        insert into trust_rollup_duration (hour_at, product_id, product_title, durations_us)
        select trust_hour(task.closed_at), item.product_id, item.product_title, array_agg(task.duration_us)
        from unnest(@From, @Until) as stretch (from_at, until_at)
        cross join lateral (
            select order_item_id, closed_at, duration_us from trust_closed_task
            where closed_at >= greatest(stretch.from_at, @DurationsFrom) and closed_at < stretch.until_at
                and duration_us is not null
            offset 0) task
        cross join lateral (
            select product_id, product_title from order_items where id = task.order_item_id offset 0) item
        group by trust_hour(task.closed_at), item.product_id, item.product_title
        """;

    // What is known, and whether every transaction older than the mark has ended.
    private const string ReadState =
        """
        select
            s.sealed_until, s.durations_from, s.next_until,
            coalesce(pg_snapshot_xmin(pg_current_snapshot()) >= s.next_after, false) as may_seal,
            clock_timestamp() as clock_at,
            (select min(closed_at) from trust_closed_task where isfinite(closed_at)) as oldest_at,
            exists (select from trust_dirty_hour) as has_marks
        from trust_rollup_state s
        """;

    // Readings of other instances see the new sums and the new bound together.
    private const string Seal =
        """
        update trust_rollup_state
        set sealed_until = @SealedUntil, durations_from = greatest(durations_from, @DurationsFrom)
        """;

    private const string ForgetDurations = "delete from trust_rollup_duration where hour_at < @DurationsFrom";

    // A later pass may seal up to here when all transactions numbered before this one have ended. Those numbered after
    // it write later than the clock was read, and what they write without a mark is younger than this bound. The upper
    // end of the snapshot would not do: it leaves out numbers that were given and have not ended.
    private const string Announce =
        """
        update trust_rollup_state
        set next_until = trust_hour(@ClockAt - @Lag), next_after = pg_current_xact_id()
        returning next_until
        """;

    /// <summary>Sums again some hours that changed, or some that have come of age. Repeat until nothing is left.</summary>
    public async Task<RollupStep> StepAsync(RollupBounds bounds, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction =
            await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var work = new RollupTransaction(connection, transaction, TimeoutSeconds, cancellationToken);
        await work.ExecuteAsync(Lock, null);
        var state = await work.QuerySingleAsync<RollupState>(ReadState, null);
        var repaired = state.HasMarks ? await RepairAsync(work, state, bounds) : 0;
        var plan = repaired > 0 ? null : SealPlan.Of(state, bounds);
        if (plan is not null)
        {
            await SumAsync(work, [plan.FromAt], [plan.UntilAt], plan.DurationsFrom);
            await work.ExecuteAsync(ForgetDurations, new { plan.DurationsFrom });
            await work.ExecuteAsync(Seal, new { SealedUntil = plan.UntilAt, plan.DurationsFrom });
        }

        var sealedUntil = plan?.UntilAt ?? state.SealedUntil;
        var next = repaired == 0 && state.MayAnnounce(sealedUntil)
            ? await work.QuerySingleAsync<DateTimeOffset>(Announce, new { state.ClockAt, bounds.Lag })
            : sealedUntil;
        await transaction.CommitAsync(cancellationToken);
        return new(repaired, plan is not null, sealedUntil, next > sealedUntil);
    }

    private static async Task<int> RepairAsync(RollupTransaction work, RollupState state, RollupBounds bounds)
    {
        var marked = await work.QueryAsync<DateTimeOffset>(TakeMarks, new { Limit = bounds.RepairHours });
        DateTimeOffset[] hours = [.. marked.Distinct().Where(hour => hour < state.SealedUntil)];
        if (hours.Length > 0)
        {
            await work.ExecuteAsync(Forget, new { Hours = hours });
            await SumAsync(work, hours, [.. hours.Select(hour => hour.AddHours(1))], state.DurationsFrom);
        }

        return hours.Length;
    }

    private static async Task SumAsync(
        RollupTransaction work, DateTimeOffset[] from, DateTimeOffset[] until, DateTimeOffset durationsFrom)
    {
        await work.ExecuteAsync(Sum, new { From = from, Until = until });
        await work.ExecuteAsync(SumDurations, new { From = from, Until = until, DurationsFrom = durationsFrom });
    }
}
