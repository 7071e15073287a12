using System.Data;
using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Trust;

/// <summary>How much one step of the rollup does.</summary>
public sealed record RollupBounds
{
    /// <summary>
    /// Age at which hours are summed. It is twice the age below which the triggers mark nothing, so that no change is
    /// missed when the database clock steps back by up to fifteen minutes.
    /// </summary>
    public TimeSpan Lag { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Days that one step sums, so that a first run over years is split into bounded statements.</summary>
    public TimeSpan Stride { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Durations are kept slightly longer than the 30 days that the forecast uses.</summary>
    public TimeSpan DurationsKept { get; init; } = TimeSpan.FromDays(32);

    /// <summary>Most changed hours that one step sums again.</summary>
    public int RepairHours { get; init; } = 500;
}

/// <summary>The result of one step.</summary>
/// <param name="RepairedHours">Hours summed again because their tasks had changed.</param>
/// <param name="HasSealed">Whether hours were summed for the first time.</param>
/// <param name="SealedUntil">All hours before it are in the sums.</param>
/// <param name="HasAnnounced">Whether there is more to sum as soon as running transactions have ended.</param>
public sealed record RollupStep(int RepairedHours, bool HasSealed, DateTimeOffset SealedUntil, bool HasAnnounced)
{
    public bool IsWorthAnother => RepairedHours > 0 || HasSealed || HasAnnounced;
}

/// <summary>
/// Keeps the hourly sums. One step at a time runs, in a transaction of its own, and repairs changed hours before it
/// adds new ones; an hour is added only when no transaction that could still write to it is open (ADR 0010). Tables
/// <c>trust_rollup</c>, <c>trust_rollup_duration</c>, <c>trust_dirty_hour</c> and <c>trust_rollup_state</c>.
/// </summary>
public sealed class TrustRollupStore(NpgsqlDataSource database)
{
    /// <summary>Long enough for thirty days of a large table.</summary>
    private const int TimeoutSeconds = 300;

    // One writer of the sums at a time. A lock statement takes no snapshot, so the statements after it see what the
    // previous writer did.
    private const string Lock = "lock table trust_rollup_state in share row exclusive mode";

    // The hours marked by transactions visible in this snapshot; other marks stay for the next step.
    private const string TakeMarks =
        """
        with chosen as (select distinct hour_at from trust_dirty_hour order by hour_at limit @Limit)
        delete from trust_dirty_hour
        where hour_at in (select hour_at from chosen)
        returning hour_at
        """;

    // Only for hours that are already summed; hours not yet summed need no repair.
    private const string Forget =
        """
        delete from trust_rollup where hour_at = any (@Hours);
        delete from trust_rollup_duration where hour_at = any (@Hours);
        """;

    // Sums the closed tasks of some time ranges; must match the live half of each query in TrustFactStore.
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

    // The durations of the same time ranges, by product.
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

    // The current state, and whether every transaction older than the announcement has ended.
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

    // Other instances see the new sums and the new bound together.
    private const string Seal =
        """
        update trust_rollup_state
        set sealed_until = @SealedUntil, durations_from = greatest(durations_from, @DurationsFrom)
        """;

    private const string ForgetDurations = "delete from trust_rollup_duration where hour_at < @DurationsFrom";

    // A later step may sum up to this bound once all transactions with lower numbers than this one have ended.
    // Transactions with higher numbers write after the clock was read, and what they write without a mark is newer than
    // this bound. The upper end of the snapshot does not work: it omits transactions that have their number and are
    // still running.
    private const string Announce =
        """
        update trust_rollup_state
        set next_until = trust_hour(@ClockAt - @Lag), next_after = pg_current_xact_id()
        returning next_until
        """;

    /// <summary>
    /// Sums some changed hours again, or adds some new ones. Repeat while <see cref="RollupStep.IsWorthAnother"/>.
    /// </summary>
    public async Task<RollupStep> StepAsync(RollupBounds bounds, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction =
            await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var work = new RollupTransaction(connection, transaction, TimeoutSeconds, cancellationToken);
        await work.ExecuteAsync(Lock, null);
        var state = await work.QuerySingleAsync<RollupState>(ReadState, null);
        var repaired = state.HasMarks ? await RepairAsync(work, state, bounds) : 0;
        var plan = repaired > 0 ? null : SealPlan.Next(state, bounds);
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

/// <summary>The state of the sums at the start of a step.</summary>
internal sealed record RollupState
{
    public DateTimeOffset SealedUntil { get; init; }

    public DateTimeOffset DurationsFrom { get; init; }

    public DateTimeOffset? NextUntil { get; init; }

    /// <summary>Every transaction that was writing when <see cref="NextUntil"/> was announced has ended.</summary>
    public bool MaySeal { get; init; }

    public DateTimeOffset ClockAt { get; init; }

    /// <summary>The oldest closed task, or null.</summary>
    public DateTimeOffset? OldestAt { get; init; }

    public bool HasMarks { get; init; }

    /// <summary>An announced bound is kept until it is reached: moving it would postpone it indefinitely.</summary>
    public bool MayAnnounce(DateTimeOffset sealedUntil) => NextUntil is null || (MaySeal && sealedUntil >= NextUntil);
}

/// <summary>Which hours to sum next.</summary>
/// <param name="FromAt">First hour.</param>
/// <param name="UntilAt">The hour after the last.</param>
/// <param name="DurationsFrom">Durations of hours before it are not kept.</param>
internal sealed record SealPlan(DateTimeOffset FromAt, DateTimeOffset UntilAt, DateTimeOffset DurationsFrom)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <summary>
    /// Null when nothing is due, or transactions that began before the announcement are still running.
    /// </summary>
    public static SealPlan? Next(RollupState state, RollupBounds bounds)
    {
        if (!state.MaySeal || state.NextUntil is not { } next || next <= state.SealedUntil)
        {
            return null;
        }

        var from = state.SealedUntil > DateTimeOffset.MinValue ? state.SealedUntil : FloorHour(state.OldestAt ?? next);
        if (from >= next)
        {
            // No closed task is old enough; the bound advances anyway.
            return new(next, next, next - bounds.DurationsKept);
        }

        var until = next - from > bounds.Stride ? from + bounds.Stride : next;
        return new(from, until, next - bounds.DurationsKept);
    }

    private static DateTimeOffset FloorHour(DateTimeOffset instant) =>
        new(instant.UtcTicks - (instant.UtcTicks % Hour.Ticks), TimeSpan.Zero);
}

/// <summary>Runs the statements of one step, which all see the same snapshot.</summary>
internal sealed class RollupTransaction(
    NpgsqlConnection connection, NpgsqlTransaction transaction, int timeoutSeconds, CancellationToken cancellationToken)
{
    public Task ExecuteAsync(string statement, object? parameters) =>
        connection.ExecuteAsync(Command(statement, parameters));

    public Task<T> QuerySingleAsync<T>(string query, object? parameters) =>
        connection.QuerySingleAsync<T>(Command(query, parameters));

    public Task<IEnumerable<T>> QueryAsync<T>(string query, object? parameters) =>
        connection.QueryAsync<T>(Command(query, parameters));

    private CommandDefinition Command(string text, object? parameters) =>
        Sql.Command(text, parameters, cancellationToken, transaction, timeoutSeconds);
}
