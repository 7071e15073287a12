using Smplat.Core.Operators;
using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>Who wins, how fast they are, how often they fail, and what asking them costs.</summary>
internal static class ProviderBoard
{
    internal static Markup Render(ProviderPerformance figures)
    {
        var whole = figures.Quotes.Where(quote => quote.At is null).ToArray();
        // One order for all charts, so that a provider has one colour in all of them.
        string[] names =
        [
            .. whole.Select(quote => quote.ProviderId).Union(figures.Selections.Select(selection => selection.ProviderId)).Order(StringComparer.Ordinal),
        ];
        var orders = figures.Selections.ToDictionary(selection => selection.ProviderId, selection => (double?)selection.Orders);
        var steps = ChartTime.Steps(figures.Since, figures.Until, figures.Window.Step);
        return Markup.Of(
            $"""
            {Skew(figures)}
            <div class="charts">
            {ShareChart.Render(
                new("provider-share", "Orders by provider", "", "No order was routed in this time."),
                names,
                new("Orders", [.. names.Select(name => orders.GetValueOrDefault(name, 0))]))}
            {BarChart.Render(
                new("provider-latency", "Time to quote", "ms", "No provider gave a quote in this time."),
                [.. whole.Select(quote => quote.ProviderId)],
                new ChartSeries("P50", [.. whole.Select(quote => quote.P50Ms)]),
                new ChartSeries("P95", [.. whole.Select(quote => quote.P95Ms)]))}
            {LineChart.Render(
                new("provider-errors", "Quotes that failed", "%", "No provider was asked in this time."),
                [.. steps.Select(at => Place(figures.Window, at))],
                [.. names.Select(name => ErrorsOf(name, figures, steps))])}
            </div>
            <h3>Cost of asking</h3>
            {Cost(figures, whole)}
            """);
    }

    private static ChartSeries ErrorsOf(string provider, ProviderPerformance figures, IReadOnlyList<DateTimeOffset> steps)
    {
        var known = figures.Quotes.Where(quote => quote.ProviderId == provider && quote.At is not null).ToDictionary(quote => quote.At!.Value);
        return new(provider, [.. steps.Select(at => known.GetValueOrDefault(at)?.SuccessRate is { } success ? (1 - success) * 100 : (double?)null)]);
    }

    private static Markup Skew(ProviderPerformance figures)
    {
        var all = figures.Selections.Sum(selection => selection.Orders);
        return figures.Selections is [var first, ..] && figures.Selections.Count > 1 && first.Orders > 0.8 * all
            ? Markup.Of($"""<p class="notice warn" role="status">{first.ProviderId} gets {OpsText.Percent((double)first.Orders / all)} of the orders; above 80 % look at the weights.</p>""")
            : Markup.Empty;
    }

    private static Markup Cost(ProviderPerformance figures, ProviderQuotes[] whole)
    {
        var calls = figures.Calls.ToDictionary(entry => entry.ProviderId, entry => entry.Calls);
        var selections = figures.Selections.ToDictionary(entry => entry.ProviderId);
        var table = OpsParts.Table(
            "Cost by provider",
            ["Provider", "#Quotes", "#Errors", "#Vendor calls", "#Estimated cost", "#Orders won", "#Average cart"],
            whole.Select(quote => (Markup[])
            [
                Markup.Of($"{quote.ProviderId}"),
                Markup.Of($"{OpsText.Count(quote.Calls - quote.Errors)}"),
                Markup.Of($"{OpsText.Count(quote.Errors)} <small>{OpsText.Percent(1 - quote.SuccessRate)}</small>"),
                Markup.Of($"{OpsText.Count(calls.GetValueOrDefault(quote.ProviderId))}"),
                Markup.Of($"{OpsText.Dollars(QuotePrices.CentsOf(quote.ProviderId) * (quote.Calls - quote.Errors))}"),
                Markup.Of($"{OpsText.Count(selections.GetValueOrDefault(quote.ProviderId)?.Orders ?? 0)}"),
                Markup.Of($"{OpsText.Dollars(selections.GetValueOrDefault(quote.ProviderId)?.AverageTotalCents)}"),
            ]),
            "No provider was asked in this time.");
        return Markup.Of($"{table}{OpsParts.Hint("Estimated as the runbook does: $0.001 a quote of an aggregator, $0.002 of a direct API.")}");
    }

    private static string Place(DashboardWindow window, DateTimeOffset at) =>
        window == DashboardWindow.Day ? ChartTime.Minute(at) : window == DashboardWindow.Week ? ChartTime.Hour(at) : ChartTime.Day(at);
}
