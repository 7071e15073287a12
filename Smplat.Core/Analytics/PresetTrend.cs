namespace Smplat.Core.Analytics;

/// <summary>One entry for each day, with averages over the days before it.</summary>
public static class PresetTrend
{
    private const int Week = 7;
    private const int Month = 30;

    /// <summary>Only events that name a preset count. Averages divide by the days there are since the first one.</summary>
    public static IReadOnlyList<TimelineDay> Of(IReadOnlyList<PresetCount> counts, DateOnly from, DateOnly to)
    {
        var byDay = counts.Where(count => count.PresetId.Length > 0).ToLookup(count => count.Day);
        var figures = new List<PresetFigures>();
        var days = new List<TimelineDay>();
        for (var day = from; day <= to; day = day.AddDays(1))
        {
            var today = PresetFigures.Of(byDay[day]);
            figures.Add(today);
            days.Add(new TimelineDay(
                day,
                new DayCounts(today.Cta, today.Configurator, today.Clears),
                new DayTotals(today.Applies, today.Clears, today.Total, today.Net, today.ClearRate),
                TrendOf(figures)));
        }

        return days;
    }

    private static DayTrend TrendOf(List<PresetFigures> figures)
    {
        var week = figures.TakeLast(Week).ToArray();
        var month = figures.TakeLast(Month).ToArray();
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

    private static PresetFigures Sum(IEnumerable<PresetFigures> figures) =>
        figures.Aggregate(default(PresetFigures), (sum, day) => sum + day);
}
