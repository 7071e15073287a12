using Smplat.Core.Operators;
using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>Weekly digests by week.</summary>
internal static class DigestBoard
{
    internal static Markup Render(IReadOnlyList<DigestWeekCount> weeks) => ColumnChart.Render(
        new("digests", "Digests a week", "", "No digest was decided in this time."),
        [.. weeks.Select(week => week.Week)],
        new ChartSeries("Sent on their way", [.. weeks.Select(week => (double?)week.Enqueued)]),
        new ChartSeries("Nothing to tell", [.. weeks.Select(week => (double?)week.Empty)]));
}
