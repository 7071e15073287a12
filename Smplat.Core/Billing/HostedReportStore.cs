using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Billing;

/// <summary>Figures over hosted sessions, aggregated by the database over all rows of the window.</summary>
public sealed class HostedReportStore(NpgsqlDataSource database)
{
    private const string Figures = """
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

    public async Task<HostedReport> ReadAsync(
        Guid workspaceId, int days, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var since = now - TimeSpan.FromDays(days);
        var window = new { workspaceId, since, now };
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var figures = await connection.QuerySingleAsync<FigureRow>(Sql.Command(Figures, window, cancellationToken));
        var statuses = await connection.QueryAsync<StatusCount>(Sql.Command(Statuses, window, cancellationToken));
        var reasons = await connection.QueryAsync<ReasonCount>(Sql.Command(Reasons, window, cancellationToken));
        var invoices = await connection.QueryAsync<StatusCount>(Sql.Command(Invoices, window, cancellationToken));
        return new(
            workspaceId,
            now,
            since,
            now,
            days,
            figures.Read(statuses.ToDictionary(row => row.Status, row => row.Count)),
            reasons.AsList(),
            invoices.AsList());
    }

    private sealed record FigureRow
    {
        public required long Total { get; init; }

        public required long Completed { get; init; }

        public required long Lost { get; init; }

        public required double? CompletionSeconds { get; init; }

        public required double? RetryCount { get; init; }

        public required long Retried { get; init; }

        public required double? RetrySeconds { get; init; }

        public required long Pending { get; init; }

        public HostedReportMetrics Read(IReadOnlyDictionary<string, long> statuses) => new(
            Total, statuses, Share(Completed), Share(Lost), CompletionSeconds, RetryCount ?? 0, Retried, RetrySeconds, Pending);

        private decimal Share(long count) => Total == 0 ? 0 : Math.Round((decimal)count / Total, 4, MidpointRounding.AwayFromZero);
    }
}
