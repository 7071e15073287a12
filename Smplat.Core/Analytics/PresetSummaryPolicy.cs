namespace Smplat.Core.Analytics;

/// <summary>Makes the summary out of daily counts. Pure: same counts, same answer.</summary>
public static class PresetSummaryPolicy
{
    public const int LongestWindow = 90;

    /// <summary>Days that must be known: the longest window, so that trends do not depend on the one asked for.</summary>
    public static DateOnly FirstDayNeeded(DateOnly today) => today.AddDays(1 - LongestWindow);

    /// <param name="counts">All counts from <see cref="FirstDayNeeded"/> to today.</param>
    public static PresetSummary Summarise(IReadOnlyList<PresetCount> counts, DateOnly today, int windowDays)
    {
        var start = today.AddDays(1 - windowDays);
        var inWindow = counts.Where(count => count.Day >= start && count.Day <= today).ToArray();
        var timeline = PresetTrend.Of(counts, FirstDayNeeded(today), today).Where(day => day.Date >= start).ToArray();
        var presets = PresetBreakdown.Presets(inWindow, today, windowDays);
        var totals = PresetFigures.Of(inWindow.Where(count => count.PresetId.Length > 0));
        return new PresetSummary(
            new PresetWindow(windowDays, start),
            new PresetTotals(totals.Cta, totals.Configurator, totals.Clears),
            Sources(inWindow),
            timeline,
            new PresetBreakdowns(
                presets,
                PresetBreakdown.Sources(inWindow, today, windowDays),
                [.. presets.Where(preset => preset.IsRisky)]),
            PresetAlertPolicy.Evaluate(timeline, presets));
    }

    internal static SourceCount[] Sources(IEnumerable<PresetCount> counts) =>
    [
        .. counts
            .Where(count => count.Source.Length > 0)
            .GroupBy(count => (count.EventType, count.Source))
            .Select(group => new SourceCount(group.Key.EventType, group.Key.Source, group.Sum(count => count.Count)))
            .OrderBy(source => Array.IndexOf(PresetEventType.All, source.EventType))
            .ThenByDescending(source => source.Count)
            .ThenBy(source => source.Source, StringComparer.Ordinal),
    ];
}
