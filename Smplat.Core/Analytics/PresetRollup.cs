using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Jobs;

namespace Smplat.Core.Analytics;

/// <summary>Rolls up the last days of preset events, nightly.</summary>
internal sealed class PresetMetricsJob(PresetRollup rollup, IOptionsMonitor<PresetOptions> options, TimeProvider clock) : IJob
{
    public JobDefinition Definition { get; } = new("preset-event-metrics", "Rolls up preset events by day.")
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

/// <summary>Stores daily counts of preset events. Repeating a day gives the same rows.</summary>
internal sealed class PresetRollup(PresetStore store, TimeProvider clock)
{
    /// <param name="days">Number of days, ending with <paramref name="last"/>; limited to 1 to 365.</param>
    public async Task<PresetRollupReport> RunAsync(DateOnly last, int days, CancellationToken cancellationToken)
    {
        var count = Math.Clamp(days, 1, 365);
        var first = last.AddDays(1 - count);

        // Trends need more days than are stored.
        var from = first.AddDays(1 - PresetSummaryPolicy.LongestWindow);
        var counts = await store.CountAsync(from, last, cancellationToken);
        var byDay = counts.ToLookup(entry => entry.Day);
        foreach (var day in PresetTrend.Days(counts, from, last).Where(day => day.Date >= first))
        {
            await store.KeepDayAsync(day, [.. byDay[day.Date]], clock.GetUtcNow(), cancellationToken);
        }

        return new PresetRollupReport(count, first, last);
    }
}

internal sealed record PresetRollupReport(int ProcessedDays, DateOnly StartDate, DateOnly EndDate);
