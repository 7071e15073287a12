using Smplat.Core.Operators;
using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>Hosted payment sessions and their recovery.</summary>
internal static class HostedBoard
{
    internal static Markup Render(HostedOverview reading) => Markup.Of(
        $"""
        {OpsParts.Tiles(
            OpsParts.Tile("Due now", OpsText.Count(reading.DueNow), "for the next run"),
            OpsParts.Tile("Retried", OpsText.Count(reading.Retried)),
            OpsParts.Tile("Paid after a retry", OpsText.Count(reading.RetriedAndPaid)),
            OpsParts.Tile("Exhausted", OpsText.Count(reading.Exhausted), "all attempts used", reading.Exhausted > 0 ? "warn" : ""))}
        {BarChart.Render(
            new("hosted-status", "Sessions by status", "", "No hosted session was made in this time."),
            [.. reading.Statuses.Select(status => status.Label)],
            new ChartSeries("Sessions", [.. reading.Statuses.Select(status => (double?)status.Count)]))}
        """);
}
