using Smplat.Core.Operators;
using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>The last hour: volume, success of providers, latency, errors. Red is what the runbook alerts on.</summary>
internal static class RealTimeBoard
{
    private const double MostErrors = 0.05;
    private const double LeastSuccess = 0.9;
    private const double MostMillis = 5000;

    internal static Markup Render(LiveDashboard live)
    {
        var steps = ChartTime.Steps(live.Since, live.Until, TimeSpan.FromMinutes(1));
        var minutes = live.Minutes.Where(minute => minute.Minute is not null).ToDictionary(minute => minute.Minute!.Value);
        string[] places = [.. steps.Select(ChartTime.Minute)];
        return Markup.Of(
            $"""
            {Tiles(live)}
            <div class="charts">
            {ColumnChart.Render(
                new("live-volume", "Requests a minute", "", "Nobody asked for a route in the last hour."),
                places,
                new ChartSeries("Requests", [.. steps.Select(at => (double?)(minutes.GetValueOrDefault(at)?.Requests ?? 0))]))}
            {LineChart.Render(
                new("live-latency", "Time to route", "ms", "No route was answered in the last hour, so there is no latency."),
                places,
                new("P50", [.. steps.Select(at => minutes.GetValueOrDefault(at)?.P50Ms)]),
                new("P95", [.. steps.Select(at => minutes.GetValueOrDefault(at)?.P95Ms)]))}
            {BarChart.Render(
                new("live-success", "Provider success rate", "%", "No provider was asked in the last hour."),
                [.. live.Providers.Select(provider => provider.ProviderId)],
                new ChartSeries("Success", [.. live.Providers.Select(provider => provider.SuccessRate * 100)]))}
            {LineChart.Render(
                new("live-errors", "Requests that were not routed", "%", "Nobody asked for a route in the last hour, so there is no error rate."),
                places,
                new ChartSeries("Error rate", [.. steps.Select(at => minutes.GetValueOrDefault(at)?.ErrorRate * 100)]))}
            </div>
            """);
    }

    private static Markup Tiles(LiveDashboard live)
    {
        var total = live.Total;
        var worst = live.Providers.Min(provider => provider.SuccessRate);
        return OpsParts.Tiles(
            OpsParts.Tile("Requests", OpsText.Count(total?.Requests ?? 0), "last hour"),
            OpsParts.Tile("Error rate", OpsText.Percent(total?.ErrorRate), "alert above 5 %", total?.ErrorRate > MostErrors ? "bad" : ""),
            OpsParts.Tile("P50", OpsText.Millis(total?.P50Ms)),
            OpsParts.Tile("P95", OpsText.Millis(total?.P95Ms), "alert above 5 s", total?.P95Ms > MostMillis ? "bad" : ""),
            OpsParts.Tile("Weakest provider", OpsText.Percent(worst), "success; alert below 90 %", worst < LeastSuccess ? "bad" : ""));
    }
}
