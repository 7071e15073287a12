using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Operators;

/// <summary>
/// Read model of the operators' page: the fulfillment queue, recovery of checkouts and payments, messages, and digests.
/// </summary>
public sealed class OpsPageStore(NpgsqlDataSource database)
{
    private const int TimeoutSeconds = 5;

    // Each figure is read from a partial index of the queue. Closed tasks are never scanned.
    private const string Depth =
        """
        select
            (select count(*) from fulfillment_tasks
                where status = 'pending' and not held and (scheduled_at is null or scheduled_at <= @now)) as due,
            (select count(*) from fulfillment_tasks where status = 'pending' and not held and scheduled_at > @now) as later,
            (select count(*) from fulfillment_tasks where status = 'pending' and held) as held,
            (select count(*) from fulfillment_tasks where status = 'in_progress') as running,
            (select count(*) from fulfillment_tasks where status = 'in_progress' and lease_expires_at <= @now) as orphaned,
            (select count(*) from fulfillment_tasks where status = 'failed') as dead_letters,
            (select min(scheduled_at) from fulfillment_tasks
                where status = 'pending' and not held and scheduled_at <= @now) as oldest_due_at
        """;

    // Uses the index on closed tasks that exists for the trust metrics.
    private const string Throughput =
        """
        select
            at,
            count(task.id) filter (where task.status = 'completed') as completed,
            count(task.id) filter (where task.status = 'failed') as failed
        from generate_series(@since::timestamptz, @now, @step) as step (at)
        left join (
            select id, status, date_bin(@step, completed_at, @since) as at
            from fulfillment_tasks
            where trust_closed_at(status, started_at, first_started_at, completed_at) >= @since and completed_at <= @now
        ) as task using (at)
        group by 1
        order by 1
        """;

    private const string Circuits =
        """
        select provider_id, position, instance, seen_at
        from commerce.provider_circuit
        where seen_at >= @since
        order by provider_id, instance
        limit 100
        """;

    private const string Stages =
        """
        select current_stage as first, stage_status as second, count(*) as count
        from checkout_orchestrations
        where current_stage <> 'completed'
        group by 1, 2
        order by 1, 2
        """;

    private const string DueCheckouts =
        """
        select count(*)
        from checkout_orchestrations
        where stage_status = 'waiting' and next_action_at <= @now
        """;

    private const string RecoveredDays =
        """
        select date_trunc('day', recovered_at, 'UTC') as day, count(*) as orders
        from checkout_recovered_order
        where recovered_at >= @since
        group by 1
        order by 1
        """;

    private const string HostedStatuses =
        """
        select status as label, count(*) as count
        from hosted_checkout_sessions
        where created_at >= @since
        group by 1
        order by 1
        """;

    private const string HostedReportMetrics =
        """
        select
            (select count(*) from smplat_hosted_session_recovery.due) as due,
            (select count(*) from hosted_checkout_sessions where exhausted_at >= @since) as exhausted,
            (select count(*) from hosted_checkout_sessions where created_at >= @since and retry_count > 0) as retried,
            (select count(*) from hosted_checkout_sessions
                where created_at >= @since and retry_count > 0 and status = 'completed') as retried_and_paid
        """;

    private const string OutboxStatuses =
        """
        select status as label, count(*) as count
        from notification_outbox
        where status in ('pending', 'sending') or created_at >= @since
        group by 1
        order by 1
        """;

    private const string OutboxOutcomes =
        """
        select kind as first, status as second, count(*) as count
        from notification_outbox
        where created_at >= @since
        group by 1, 2
        order by 1, 2
        """;

    private const string OldestDue = "select min(not_before) from notification_outbox where status = 'pending' and not_before <= @now";

    private const string DigestWeeks =
        """
        select
            iso_week as week,
            count(*) filter (where outcome = 'enqueued') as enqueued,
            count(*) filter (where outcome = 'empty') as empty
        from digest_issue
        where created_at >= @since
        group by 1
        order by 1
        """;

    public async Task<QueueDepth> ReadDepthAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleAsync<QueueDepth>(Command(Depth, new { now }, cancellationToken));
    }

    /// <param name="since">Start of the first interval.</param>
    public async Task<IReadOnlyList<QueueThroughput>> ReadThroughputAsync(
        DateTimeOffset since, DateTimeOffset now, TimeSpan step, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<QueueThroughput>(Command(Throughput, new { since, now, step }, cancellationToken))).AsList();
    }

    public async Task<IReadOnlyList<OpenCircuit>> ListCircuitsAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<OpenCircuit>(Command(Circuits, new { since }, cancellationToken))).AsList();
    }

    /// <param name="since">Start of the time window for recovered orders.</param>
    public async Task<CheckoutOverview> ReadCheckoutsAsync(DateTimeOffset since, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var window = new { since, now };
        var stages = await connection.QueryAsync<PairCount>(Command(Stages, window, cancellationToken));
        var due = await connection.ExecuteScalarAsync<long>(Command(DueCheckouts, window, cancellationToken));
        var days = await connection.QueryAsync<RecoveredDay>(Command(RecoveredDays, window, cancellationToken));
        return new(stages.AsList(), due, days.AsList());
    }

    public async Task<HostedOverview> ReadHostedAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var statuses = await connection.QueryAsync<LabelCount>(Command(HostedStatuses, new { since }, cancellationToken));
        var (due, exhausted, retried, paid) = await connection.QuerySingleAsync<(long, long, long, long)>(
            Command(HostedReportMetrics, new { since }, cancellationToken));
        return new(statuses.AsList(), due, exhausted, retried, paid);
    }

    public async Task<OutboxOverview> ReadOutboxAsync(DateTimeOffset since, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var window = new { since, now };
        var statuses = await connection.QueryAsync<LabelCount>(Command(OutboxStatuses, window, cancellationToken));
        var outcomes = await connection.QueryAsync<PairCount>(Command(OutboxOutcomes, window, cancellationToken));
        var oldest = await connection.ExecuteScalarAsync<DateTimeOffset?>(Command(OldestDue, window, cancellationToken));
        return new(statuses.AsList(), outcomes.AsList(), oldest);
    }

    public async Task<IReadOnlyList<DigestWeekCount>> ReadDigestsAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<DigestWeekCount>(Command(DigestWeeks, new { since }, cancellationToken))).AsList();
    }

    private static CommandDefinition Command(string text, object parameters, CancellationToken cancellationToken) =>
        Sql.Command(text, parameters, cancellationToken, timeoutSeconds: TimeoutSeconds);
}
