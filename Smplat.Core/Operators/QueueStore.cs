using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Operators;

/// <summary>Read model: how full the fulfillment queue is.</summary>
public sealed class QueueStore(NpgsqlDataSource database)
{
    private const int TimeoutSeconds = 5;

    // Each figure by the partial index that the queue keeps for itself; closed tasks are never walked over.
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

    // By the index of closed tasks that the trust metrics keep.
    private const string Throughput =
        """
        select
            at,
            count(task.id) filter (where task.status = 'completed') as completed,
            count(task.id) filter (where task.status = 'failed') as failed
        from generate_series(@since::timestamptz, @now, '5 minutes') as step (at)
        left join (
            select id, status, date_bin('5 minutes', completed_at, @since) as at
            from fulfillment_tasks
            where trust_closed_at(status, started_at, first_started_at, completed_at) >= @since and completed_at <= @now
        ) as task using (at)
        group by 1
        order by 1
        """;

    /// <param name="since">Start of the throughput's first step.</param>
    public async Task<QueueOverview> ReadAsync(DateTimeOffset since, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var depth = await connection.QuerySingleAsync<QueueDepth>(
            Sql.Command(Depth, new { now }, cancellationToken, timeoutSeconds: TimeoutSeconds));
        var throughput = await connection.QueryAsync<QueueThroughput>(
            Sql.Command(Throughput, new { since, now }, cancellationToken, timeoutSeconds: TimeoutSeconds));
        return new(depth, throughput.AsList());
    }
}
