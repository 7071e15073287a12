using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Jobs;

namespace Smplat.Core.Analytics;

/// <summary>Counts the last days of preset events, nightly.</summary>
public sealed class PresetMetricsJob(PresetRollup rollup, IOptionsMonitor<PresetOptions> options, TimeProvider clock) : IJob
{
    public JobDefinition Definition { get; } = new("preset-event-metrics", "Counts the days of preset events.")
    {
        MaxAttempts = 3,
        IsCatalogJob = true,
        Task = "preset_event_metrics",
    };

    public bool IsEnabled => true;

    public TimeSpan Spacing => TimeSpan.FromHours(6);

    public async Task<JobReport> RunAsync(JobRun run, CancellationToken cancellationToken)
    {
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var report = await rollup.RunAsync(today, options.CurrentValue.MetricsDays, cancellationToken);
        return JobReport.Of(
            true, ("processedDays", report.ProcessedDays), ("startDate", report.StartDate), ("endDate", report.EndDate));
    }
}
