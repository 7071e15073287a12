using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Resilience;

namespace Smplat.Core.Analytics;

/// <summary>
/// Enforces the retention of event data: removes order references from old events and deletes old rejected events.
/// </summary>
internal sealed class AnalyticsRetentionJob(
    OfferEventStore events, RejectedEventStore rejected, IOptionsMonitor<RetentionOptions> options, TimeProvider clock) : IJob
{
    private const int Batch = 5_000;

    /// <summary>Time range per transaction: an hour of events at most.</summary>
    private static readonly TimeSpan Step = TimeSpan.FromHours(1);

    public JobDefinition Definition { get; } = new("analytics-retention", "Removes order references from old events and deletes old rejected events.")
    {
        MaxAttempts = 5,
        Backoff = new(TimeSpan.FromSeconds(60), TimeSpan.FromMinutes(30)) { Jitter = Jitter.UpTo(TimeSpan.FromSeconds(1)) },
    };

    /// <summary>Always on: retention limits are a promise to users.</summary>
    public bool IsEnabled => true;

    public TimeSpan Spacing => TimeSpan.FromHours(1);

    public async Task<JobReport> RunAsync(JobRun run, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var cleared = await ClearReferencesAsync(now.AddDays(-options.CurrentValue.ReferenceDays), cancellationToken);
        var deleted = await DeleteRejectedAsync(now.AddDays(-options.CurrentValue.RejectedDays), cancellationToken);
        return JobReport.Of(cleared + deleted > 0, ("references_cleared", cleared), ("rejected_deleted", deleted));
    }

    private async Task<int> ClearReferencesAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        var cleared = 0;
        var start = await events.FindScrubStartAsync(cancellationToken);
        while (start < before)
        {
            var end = start.Value + Step < before ? start.Value + Step : before;
            cleared += await events.ClearReferencesAsync(start.Value, end, cancellationToken);
            start = end;
        }

        return cleared;
    }

    private async Task<int> DeleteRejectedAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        var (deleted, count) = (0, Batch);
        while (count == Batch)
        {
            count = await rejected.DeleteOldAsync(before, Batch, cancellationToken);
            deleted += count;
        }

        return deleted;
    }
}
