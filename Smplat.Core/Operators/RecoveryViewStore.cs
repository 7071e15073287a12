using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Operators;

/// <summary>Read model: winning checkouts and payments back, messages, and digests.</summary>
public sealed class RecoveryViewStore(NpgsqlDataSource database)
{
    private const int TimeoutSeconds = 5;

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

    /// <param name="since">How far back orders that were won back are told.</param>
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
