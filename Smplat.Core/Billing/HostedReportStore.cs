using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Billing;

/// <summary>Totals over hosted sessions and invoices. The database computes them over all rows of the window.</summary>
public sealed class HostedReportStore(NpgsqlDataSource database)
{
    private const string Totals = """
        select count(*) as total,
            count(*) filter (where status = 'completed') as completed,
            count(*) filter (where status in ('expired', 'abandoned', 'failed')) as lost,
            (avg(extract(epoch from completed_at - created_at)) filter (where completed_at is not null))::float8
                as completion_seconds,
            (avg(retry_count) filter (where retry_count > 0))::float8 as retry_count,
            count(*) filter (where retry_count > 0) as retried,
            (avg(extract(epoch from last_retry_at - created_at)) filter (where retry_count > 0 and last_retry_at is not null))::float8
                as retry_seconds,
            count(*) filter (where status in ('initiated', 'failed') and next_retry_at > @now) as pending
        from hosted_checkout_sessions
        where workspace_id = @workspaceId and created_at >= @since and created_at <= @now
        """;

    private const string Statuses = """
        select status, count(*) as count
        from hosted_checkout_sessions
        where workspace_id = @workspaceId and created_at >= @since and created_at <= @now
        group by status
        order by status
        """;

    private const string Reasons = """
        select coalesce(last_error, 'unknown') as reason, count(*) as count
        from hosted_checkout_sessions
        where workspace_id = @workspaceId and created_at >= @since and created_at <= @now
            and status in ('expired', 'abandoned', 'failed')
        group by 1
        order by 2 desc, 1
        """;

    private const string Invoices = """
        select status, count(*) as count
        from invoices
        where workspace_id = @workspaceId and created_at >= @since and created_at <= @now
        group by status
        order by status
        """;

    public async Task<HostedReportCounts> ReadAsync(
        Guid workspaceId, DateTimeOffset since, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var window = new { workspaceId, since, now };
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var totals = await connection.QuerySingleAsync<HostedReportTotals>(Sql.Command(Totals, window, cancellationToken));
        var statuses = await connection.QueryAsync<StatusCount>(Sql.Command(Statuses, window, cancellationToken));
        var reasons = await connection.QueryAsync<ReasonCount>(Sql.Command(Reasons, window, cancellationToken));
        var invoices = await connection.QueryAsync<StatusCount>(Sql.Command(Invoices, window, cancellationToken));
        return new(totals, statuses.AsList(), reasons.AsList(), invoices.AsList());
    }
}

/// <summary>What the database counted over the window.</summary>
/// <param name="LossReasons">Why sessions were not completed, the most frequent reason first.</param>
public sealed record HostedReportCounts(
    HostedReportTotals Totals,
    IReadOnlyList<StatusCount> SessionStatuses,
    IReadOnlyList<ReasonCount> LossReasons,
    IReadOnlyList<StatusCount> InvoiceStatuses);

public sealed record HostedReportTotals
{
    public required long Total { get; init; }

    public required long Completed { get; init; }

    /// <summary>Expired, abandoned or failed.</summary>
    public required long Lost { get; init; }

    public required double? CompletionSeconds { get; init; }

    public required double? RetryCount { get; init; }

    public required long Retried { get; init; }

    public required double? RetrySeconds { get; init; }

    public required long Pending { get; init; }
}
