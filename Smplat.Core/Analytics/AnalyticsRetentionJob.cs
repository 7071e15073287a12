using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Resilience;

namespace Smplat.Core.Analytics;

/// <summary>Carries out the privacy policy of events: old ones lose their order reference, old rejected ones go.</summary>
public sealed class AnalyticsRetentionJob(
    EventScrubStore events, RejectedEventStore rejected, IOptionsMonitor<RetentionOptions> options, TimeProvider clock) : IJob
{
    private const int Batch = 5_000;

    /// <summary>A stretch is one transaction: an hour of events at most.</summary>
    private static readonly TimeSpan Stretch = TimeSpan.FromHours(1);

    public JobDefinition Definition { get; } = new("analytics-retention", "Takes personal ties off old events and deletes old rejected ones.")
    {
        MaxAttempts = 5,
        Backoff = new(TimeSpan.FromSeconds(60), TimeSpan.FromMinutes(30)) { Jitter = Jitter.UpTo(TimeSpan.FromSeconds(1)) },
    };

    /// <summary>Always on: what was promised to be forgotten is.</summary>
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
        var start = await events.FindStartAsync(cancellationToken);
        while (start < before)
        {
            var end = start.Value + Stretch < before ? start.Value + Stretch : before;
            cleared += await events.ClearAsync(start.Value, end, cancellationToken);
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
