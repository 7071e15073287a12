using Smplat.Core.Platform.Input;

namespace Smplat.Core.Billing;

/// <summary>Reports how the hosted sessions of a workspace went, for workspaces that may use billing.</summary>
public sealed class HostedReportQueries(HostedReportStore store, HostedSessionQueries sessions, TimeProvider clock)
{
    /// <returns>The report, or why the workspace may not see it.</returns>
    public async Task<(HostedReport? Report, Refusal? Refusal)> ReadAsync(
        Guid workspaceId, int days, CancellationToken cancellationToken)
    {
        if (sessions.Refuse(workspaceId) is { } refusal)
        {
            return (null, refusal);
        }

        var now = clock.GetUtcNow();
        var since = now - TimeSpan.FromDays(days);
        var counts = await store.ReadAsync(workspaceId, since, now, cancellationToken);
        var metrics = Metrics(counts.Totals, counts.SessionStatuses.ToDictionary(row => row.Status, row => row.Count));
        return (new(workspaceId, now, since, now, days, metrics, counts.LossReasons, counts.InvoiceStatuses), null);
    }

    private static HostedReportMetrics Metrics(HostedReportTotals totals, IReadOnlyDictionary<string, long> statuses) => new()
    {
        Total = totals.Total,
        StatusCounts = statuses,
        ConversionRate = Rate(totals.Completed, totals.Total),
        AbandonmentRate = Rate(totals.Lost, totals.Total),
        AverageCompletionSeconds = totals.CompletionSeconds,
        AverageRetryCount = totals.RetryCount ?? 0,
        SessionsWithRetries = totals.Retried,
        AverageRetryLatencySeconds = totals.RetrySeconds,
        PendingRegeneration = totals.Pending,
    };

    private static decimal Rate(long count, long total) =>
        total == 0 ? 0 : Math.Round((decimal)count / total, 4, MidpointRounding.AwayFromZero);
}

/// <summary>How the hosted sessions of a workspace went in a time window.</summary>
public sealed record HostedReport(
    Guid WorkspaceId,
    DateTimeOffset GeneratedAt,
    DateTimeOffset WindowStart,
    DateTimeOffset WindowEnd,
    int LookbackDays,
    HostedReportMetrics Metrics,
    IReadOnlyList<ReasonCount> AbandonmentReasons,
    IReadOnlyList<StatusCount> InvoiceStatuses);

public sealed record HostedReportMetrics
{
    public required long Total { get; init; }

    public required IReadOnlyDictionary<string, long> StatusCounts { get; init; }

    public required decimal ConversionRate { get; init; }

    public required decimal AbandonmentRate { get; init; }

    /// <summary>From creation to completion; null when no session was completed.</summary>
    public required double? AverageCompletionSeconds { get; init; }

    /// <summary>Over the sessions that were retried.</summary>
    public required double AverageRetryCount { get; init; }

    public required long SessionsWithRetries { get; init; }

    /// <summary>From creation to the last retry; null when no session was retried.</summary>
    public required double? AverageRetryLatencySeconds { get; init; }

    /// <summary>Open or failed sessions with a next attempt in the future.</summary>
    public required long PendingRegeneration { get; init; }
}

public sealed record ReasonCount(string Reason, long Count);

public sealed record StatusCount(string Status, long Count);
