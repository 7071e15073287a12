using System.Text.Json.Serialization;

namespace Smplat.Core.Analytics;

/// <summary>Reads the current summary of preset events; it writes nothing.</summary>
public sealed class PresetQueries(PresetStore store, TimeProvider clock)
{
    public async Task<PresetSummary> ReadAsync(int windowDays, CancellationToken cancellationToken)
    {
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var counts = await store.ReadAsync(PresetSummaryPolicy.FirstDayNeeded(today), today, cancellationToken);
        return PresetSummaryPolicy.Summarise(counts, today, windowDays);
    }
}

/// <summary>Preset activity over a window.</summary>
public sealed record PresetSummary(
    PresetWindow Window,
    PresetTotals Totals,
    IReadOnlyList<SourceCount> Sources,
    IReadOnlyList<TimelineDay> Timeline,
    PresetBreakdowns Breakdowns,
    IReadOnlyList<PresetAlert> Alerts);

/// <param name="Start">First day of the window.</param>
public sealed record PresetWindow(int Days, DateOnly Start);

public sealed record PresetTotals(
    [property: JsonPropertyName("preset_cta_apply")] long CtaApply,
    [property: JsonPropertyName("preset_configurator_apply")] long ConfiguratorApply,
    [property: JsonPropertyName("preset_configurator_clear")] long ConfiguratorClear);

public sealed record SourceCount(string EventType, string Source, long Count);

public sealed record TimelineDay(DateOnly Date, DayCounts Counts, DayTotals Totals, DayTrend Trend);

public sealed record DayCounts(long PresetCtaApply, long PresetConfiguratorApply, long PresetConfiguratorClear);

public sealed record DayTotals(long Applies, long Clears, long Total, long Net, double ClearRate);

/// <summary>Averages over the days up to this one; they do not depend on the requested window.</summary>
public sealed record DayTrend(
    double ApplyAvg7, double ApplyAvg30, double NetAvg7, double ClearRate7, double TotalAvg30, long TotalMin30, long TotalMax30);

public sealed record PresetBreakdowns(
    IReadOnlyList<PresetEntry> Presets, IReadOnlyList<SourceEntry> Sources, IReadOnlyList<PresetEntry> RiskyPresets);

public sealed record PresetEntry
{
    public required string PresetId { get; init; }

    public string? PresetLabel { get; init; }

    public long Cta { get; init; }

    public long Configurator { get; init; }

    public long Clears { get; init; }

    public long Applies { get; init; }

    public long Net { get; init; }

    public double ClearRate { get; init; }

    public bool IsRisky { get; init; }

    public string? RiskReason { get; init; }

    public required CohortWindows Windows { get; init; }
}

public sealed record SourceEntry(
    string Source, long Cta, long Configurator, long Clears, long Applies, long Net, double ClearRate, CohortWindows Windows);

public sealed record CohortWindows(CohortWindow Short, CohortWindow Medium, CohortWindow Long);

public sealed record CohortWindow(long Applies, long Clears, long Net, double ClearRate);

/// <param name="Severity">Always <c>warn</c>.</param>
public sealed record PresetAlert(string Code, string Severity, string Message, object Metrics);

/// <summary>Computes the summary from daily counts. Pure: the same counts give the same summary.</summary>
internal static class PresetSummaryPolicy
{
    public const int LongestWindow = 90;

    /// <summary>
    /// The first day to read: always the longest window, so that trends do not depend on the requested one.
    /// </summary>
    public static DateOnly FirstDayNeeded(DateOnly today) => today.AddDays(1 - LongestWindow);

    /// <param name="counts">All counts from <see cref="FirstDayNeeded"/> to today.</param>
    public static PresetSummary Summarise(IReadOnlyList<PresetCount> counts, DateOnly today, int windowDays)
    {
        var start = today.AddDays(1 - windowDays);
        var inWindow = counts.Where(count => count.Day >= start && count.Day <= today).ToArray();
        var timeline = PresetTrend.Days(counts, FirstDayNeeded(today), today).Where(day => day.Date >= start).ToArray();
        var presets = PresetBreakdown.Presets(inWindow, today, windowDays);
        var totals = PresetSums.From(inWindow.Where(count => count.PresetId.Length > 0));
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

/// <summary>One entry per day, with averages over the days up to it.</summary>
internal static class PresetTrend
{
    private const int Week = 7;
    private const int Month = 30;

    /// <summary>Counts only events with a preset. Averages divide by the number of days since the first one.</summary>
    public static IReadOnlyList<TimelineDay> Days(IReadOnlyList<PresetCount> counts, DateOnly from, DateOnly to)
    {
        var byDay = counts.Where(count => count.PresetId.Length > 0).ToLookup(count => count.Day);
        var sums = new List<PresetSums>();
        var days = new List<TimelineDay>();
        for (var day = from; day <= to; day = day.AddDays(1))
        {
            var today = PresetSums.From(byDay[day]);
            sums.Add(today);
            days.Add(new TimelineDay(
                day,
                new DayCounts(today.Cta, today.Configurator, today.Clears),
                new DayTotals(today.Applies, today.Clears, today.Total, today.Net, today.ClearRate),
                TrendOf(sums)));
        }

        return days;
    }

    private static DayTrend TrendOf(List<PresetSums> sums)
    {
        var week = sums.TakeLast(Week).ToArray();
        var month = sums.TakeLast(Month).ToArray();
        var weekSum = Sum(week);
        var monthSum = Sum(month);
        return new DayTrend(
            (double)weekSum.Applies / week.Length,
            (double)monthSum.Applies / month.Length,
            (double)weekSum.Net / week.Length,
            weekSum.ClearRate,
            (double)monthSum.Total / month.Length,
            month.Min(day => day.Total),
            month.Max(day => day.Total));
    }

    private static PresetSums Sum(IEnumerable<PresetSums> sums) =>
        sums.Aggregate(default(PresetSums), (sum, day) => sum + day);
}

/// <summary>Counts for each preset and source over three cohorts: a week, a month, and the longest window.</summary>
internal static class PresetBreakdown
{
    private const int MinApplies = 10;
    private const double HighClearRate = 0.4;

    public static IReadOnlyList<PresetEntry> Presets(IReadOnlyList<PresetCount> counts, DateOnly today, int windowDays) =>
    [
        .. counts
            .Where(count => count.PresetId.Length > 0)
            .GroupBy(count => count.PresetId)
            .Select(group => (Preset: group.Key, Label: Label(group), Cohorts: Cohorts.From([.. group], today, windowDays)))
            .OrderByDescending(entry => entry.Cohorts.Ranking)
            .ThenBy(entry => entry.Preset, StringComparer.Ordinal)
            .Select(entry => Entry(entry.Preset, entry.Label, entry.Cohorts)),
    ];

    public static IReadOnlyList<SourceEntry> Sources(IReadOnlyList<PresetCount> counts, DateOnly today, int windowDays) =>
    [
        .. counts
            .Where(count => count.Source.Length > 0)
            .GroupBy(count => count.Source)
            .Select(group => (Source: group.Key, Cohorts: Cohorts.From([.. group], today, windowDays)))
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
        return new()
        {
            PresetId = preset,
            PresetLabel = label,
            Cta = shown.Cta,
            Configurator = shown.Configurator,
            Clears = shown.Clears,
            Applies = shown.Applies,
            Net = shown.Net,
            ClearRate = shown.ClearRate,
            IsRisky = isRisky,
            RiskReason = isRisky ? "High clear rate" : null,
            Windows = cohorts.Windows,
        };
    }

    private static string? Label(IEnumerable<PresetCount> counts) =>
        counts.OrderByDescending(count => count.Day).Select(count => count.PresetLabel).FirstOrDefault(label => !string.IsNullOrEmpty(label));

    private sealed record Cohorts(PresetSums Short, PresetSums Medium, PresetSums Long)
    {
        /// <summary>The month, otherwise the longest window.</summary>
        public PresetSums Judged => Medium.Total > 0 ? Medium : Long;

        public PresetSums Shown => Judged.Total > 0 ? Judged : Short;

        public long Ranking => Judged.Applies;

        public CohortWindows Windows => new(Window(Short), Window(Medium), Window(Long));

        public static Cohorts From(IReadOnlyList<PresetCount> counts, DateOnly today, int windowDays) => new(
            Within(counts, today, Math.Min(7, windowDays)),
            Within(counts, today, Math.Min(30, windowDays)),
            Within(counts, today, Math.Min(PresetSummaryPolicy.LongestWindow, windowDays)));

        private static PresetSums Within(IEnumerable<PresetCount> counts, DateOnly today, int days) =>
            PresetSums.From(counts.Where(count => count.Day > today.AddDays(-days)));

        private static CohortWindow Window(PresetSums sums) => new(sums.Applies, sums.Clears, sums.Net, sums.ClearRate);
    }
}

/// <summary>Applies and clears over a number of days.</summary>
internal readonly record struct PresetSums(long Cta, long Configurator, long Clears)
{
    public long Applies => Cta + Configurator;

    public long Net => Applies - Clears;

    public long Total => Applies + Clears;

    /// <summary>Clears per apply; 0 when there are no applies.</summary>
    public double ClearRate => Applies == 0 ? 0 : (double)Clears / Applies;

    public static PresetSums operator +(PresetSums left, PresetSums right) =>
        new(left.Cta + right.Cta, left.Configurator + right.Configurator, left.Clears + right.Clears);

    public static PresetSums From(IEnumerable<PresetCount> counts)
    {
        var sum = default(PresetSums);
        foreach (var count in counts)
        {
            sum += count.EventType switch
            {
                PresetEventType.CtaApply => new PresetSums(count.Count, 0, 0),
                PresetEventType.ConfiguratorApply => new PresetSums(0, count.Count, 0),
                _ => new PresetSums(0, 0, count.Count),
            };
        }

        return sum;
    }
}

/// <summary>The number of events of one day, type, preset and source.</summary>
/// <param name="PresetId">Empty when the event has none: it then counts for sources only.</param>
/// <param name="Source">Empty when the event has none.</param>
public sealed record PresetCount(DateOnly Day, string EventType, string PresetId, string? PresetLabel, string Source, long Count);

/// <summary>The offer events that preset analytics counts.</summary>
internal static class PresetEventType
{
    public const string CtaApply = "preset_cta_apply";
    public const string ConfiguratorApply = "preset_configurator_apply";
    public const string ConfiguratorClear = "preset_configurator_clear";

    public static readonly string[] All = [CtaApply, ConfiguratorApply, ConfiguratorClear];
}
