namespace Smplat.Core.Billing;

/// <summary>How a workspace's hosted sessions of a window went.</summary>
public sealed record HostedReport(
    Guid WorkspaceId,
    DateTimeOffset GeneratedAt,
    DateTimeOffset WindowStart,
    DateTimeOffset WindowEnd,
    int LookbackDays,
    HostedReportMetrics Metrics,
    IReadOnlyList<ReasonCount> AbandonmentReasons,
    IReadOnlyList<StatusCount> InvoiceStatuses);

/// <param name="AverageCompletionSeconds">From creation to completion; null when none was completed.</param>
/// <param name="AverageRetryCount">Over sessions that were retried.</param>
/// <param name="AverageRetryLatencySeconds">From creation to the last retry; null when none was retried.</param>
/// <param name="PendingRegeneration">Open or failed sessions whose next attempt lies ahead.</param>
public sealed record HostedReportMetrics(
    long Total,
    IReadOnlyDictionary<string, long> StatusCounts,
    decimal ConversionRate,
    decimal AbandonmentRate,
    double? AverageCompletionSeconds,
    double AverageRetryCount,
    long SessionsWithRetries,
    double? AverageRetryLatencySeconds,
    long PendingRegeneration);

public sealed record ReasonCount(string Reason, long Count);

public sealed record StatusCount(string Status, long Count);
