namespace Smplat.Core.Analytics;

/// <summary>Figures for each preset and source over three cohorts: a week, a month, and the longest window.</summary>
public static class PresetBreakdown
{
    private const int MinApplies = 10;
    private const double HighClearRate = 0.4;

    public static IReadOnlyList<PresetEntry> Presets(IReadOnlyList<PresetCount> counts, DateOnly today, int windowDays) =>
    [
        .. counts
            .Where(count => count.PresetId.Length > 0)
            .GroupBy(count => count.PresetId)
            .Select(group => (Preset: group.Key, Label: Label(group), Cohorts: Cohorts.Of([.. group], today, windowDays)))
            .OrderByDescending(entry => entry.Cohorts.Ranking)
            .ThenBy(entry => entry.Preset, StringComparer.Ordinal)
            .Select(entry => Entry(entry.Preset, entry.Label, entry.Cohorts)),
    ];

    public static IReadOnlyList<SourceEntry> Sources(IReadOnlyList<PresetCount> counts, DateOnly today, int windowDays) =>
    [
        .. counts
            .Where(count => count.Source.Length > 0)
            .GroupBy(count => count.Source)
            .Select(group => (Source: group.Key, Cohorts: Cohorts.Of([.. group], today, windowDays)))
            .OrderByDescending(entry => entry.Cohorts.Ranking)
            .ThenBy(entry => entry.Source, StringComparer.Ordinal)
            .Select(entry =>
            {
                var shown = entry.Cohorts.Shown;
                return new SourceEntry(
                    entry.Source, shown.Cta, shown.Configurator, shown.Clears, shown.Applies, shown.Net, shown.ClearRate, entry.Cohorts.Windows);
            }),
    ];

    private static PresetEntry Entry(string preset, string? label, Cohorts cohorts)
    {
        var shown = cohorts.Shown;
        var isRisky = cohorts.Judged is { Applies: >= MinApplies, ClearRate: >= HighClearRate };
        return new PresetEntry(
            preset,
            label,
            shown.Cta,
            shown.Configurator,
            shown.Clears,
            shown.Applies,
            shown.Net,
            shown.ClearRate,
            isRisky,
            isRisky ? "High clear rate" : null,
            cohorts.Windows);
    }

    private static string? Label(IEnumerable<PresetCount> counts) =>
        counts.OrderByDescending(count => count.Day).Select(count => count.PresetLabel).FirstOrDefault(label => !string.IsNullOrEmpty(label));

    private sealed record Cohorts(PresetFigures Short, PresetFigures Medium, PresetFigures Long)
    {
        /// <summary>The month, else the longest window.</summary>
        public PresetFigures Judged => Medium.Total > 0 ? Medium : Long;

        public PresetFigures Shown => Judged.Total > 0 ? Judged : Short;

        public long Ranking => Judged.Applies;

        public CohortWindows Windows => new(Window(Short), Window(Medium), Window(Long));

        public static Cohorts Of(IReadOnlyList<PresetCount> counts, DateOnly today, int windowDays) => new(
            Within(counts, today, Math.Min(7, windowDays)),
            Within(counts, today, Math.Min(30, windowDays)),
            Within(counts, today, Math.Min(PresetSummaryPolicy.LongestWindow, windowDays)));

        private static PresetFigures Within(IEnumerable<PresetCount> counts, DateOnly today, int days) =>
            PresetFigures.Of(counts.Where(count => count.Day > today.AddDays(-days)));

        private static CohortWindow Window(PresetFigures figures) => new(figures.Applies, figures.Clears, figures.Net, figures.ClearRate);
    }
}
