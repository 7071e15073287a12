using Smplat.Core.Operators;
using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>The three commerce dashboards: real time, provider performance, business.</summary>
public sealed class CommercePage(CommerceDashboards dashboards)
{
    private const string Path = "/ops/commerce";

    public Task<OpsPage> ShowAsync(OpsRequest request, CancellationToken cancellationToken)
    {
        var chosen = DashboardWindow.Find(request.Query("window"));
        var (live, providers, business) = (chosen ?? DashboardWindow.Hour, chosen ?? DashboardWindow.Day, chosen ?? DashboardWindow.Month);
        return OpsPage.OfAsync(
            "Commerce",
            OpsSection.Commerce,
            Markup.Of(
                $"""
                {OpsWindow.Choose(Path, chosen)}
                <p class="lead">All times in UTC, all amounts in US dollars. <a href="#p-real-time">Real time</a> · <a href="#p-provider-performance">Provider performance</a> · <a href="#p-business">Business</a></p>
                """),
            OpsPanel.ReadAsync(
                "Real time", async token => RealTimePanel.Render(await dashboards.ReadLiveAsync(live, token), live), cancellationToken, isWide: true),
            OpsPanel.ReadAsync(
                "Provider performance",
                async token => ProviderPerformancePanel.Render(await dashboards.ReadProvidersAsync(providers, token)),
                cancellationToken,
                isWide: true),
            OpsPanel.ReadAsync(
                "Business", async token => BusinessPanel.Render(await dashboards.ReadBusinessAsync(business, token), business), cancellationToken, isWide: true));
    }
}

/// <summary>Volume, success rates, latency, errors. Every tile and point leads to its requests. Red marks values over the alert limits of the runbook.</summary>
internal static class RealTimePanel
{
    private const double MaxErrorRate = 0.05;
    private const double MinSuccessRate = 0.9;
    private const double MaxMillis = 5000;

    internal static Markup Render(LiveDashboard live, DashboardWindow window)
    {
        var steps = ChartTime.Steps(live.Since, live.Until, window.Step);
        var minutes = live.Minutes.Where(minute => minute.Minute is not null).ToDictionary(minute => minute.Minute!.Value);
        string[] places = [.. steps.Select(at => OpsWindow.Place(window, at))];
        var period = OpsWindow.NameOf(window);
        string Step(int index) => RequestLink.Between(steps[index], window.Step);
        return Markup.Of(
            $"""
            {Tiles(live, window)}
            <div class="charts">
            {ColumnChart.Render(
                new("live-volume", $"Requests per {StepName(window)}", "", $"No requests in the {period}. Route an order to see it here: loopgpt_route_order under /api/docs.") { Href = Step },
                places,
                new ChartSeries("Requests", [.. steps.Select(at => (double?)(minutes.GetValueOrDefault(at)?.Requests ?? 0))]))}
            {LineChart.Render(
                new("live-latency", "Time to route", "ms", $"No request was answered in the {period}, so there is no latency.") { Href = Step },
                places,
                new("P50", [.. steps.Select(at => minutes.GetValueOrDefault(at)?.P50Ms)]),
                new("P95", [.. steps.Select(at => minutes.GetValueOrDefault(at)?.P95Ms)]))}
            {BarChart.Render(
                new("live-success", "Provider success rate", "%", $"No quotes were requested in the {period}.")
                {
                    Href = index => RequestLink.List(("window", window.Label), ("provider", live.Providers[index].ProviderId), ("event", "provider_quote_error")),
                },
                [.. live.Providers.Select(provider => ProviderName.For(provider.ProviderId))],
                new ChartSeries("Success", [.. live.Providers.Select(provider => provider.SuccessRate * 100)]))}
            {LineChart.Render(
                new("live-errors", "Requests that failed", "%", $"No requests in the {period}, so there is no error rate.")
                {
                    Href = index => RequestLink.Between(steps[index], window.Step, outcome: "failed"),
                },
                places,
                new ChartSeries("Error rate", [.. steps.Select(at => minutes.GetValueOrDefault(at)?.ErrorRate * 100)]))}
            </div>
            """);
    }

    private static Markup Tiles(LiveDashboard live, DashboardWindow window)
    {
        var total = live.Total;
        var worst = live.Providers.Where(provider => provider.SuccessRate is not null).MinBy(provider => provider.SuccessRate);
        string All(string? outcome = null) => RequestLink.List(("window", window.Label), ("outcome", outcome));
        return OpsParts.Tiles(
            OpsParts.Tile("Requests", OpsParts.Link(All(), OpsText.Count(total?.Requests ?? 0)), OpsWindow.NameOf(window)),
            OpsParts.Tile(
                "Error rate", OpsParts.Link(All("failed"), OpsText.Percent(total?.ErrorRate)), "alert above 5 %", total?.ErrorRate > MaxErrorRate ? "bad" : ""),
            OpsParts.Tile("P50", OpsParts.Link(All("routed"), OpsText.Millis(total?.P50Ms)), "half of the requests are faster"),
            OpsParts.Tile("P95", OpsParts.Link(All("routed"), OpsText.Millis(total?.P95Ms)), "alert above 5 s", total?.P95Ms > MaxMillis ? "bad" : ""),
            OpsParts.Tile(
                "Weakest provider",
                worst is null
                    ? Markup.Of($"{OpsText.Unknown}")
                    : OpsParts.Link(
                        RequestLink.List(("window", window.Label), ("provider", worst.ProviderId), ("event", "provider_quote_error")),
                        OpsText.Percent(worst.SuccessRate)),
                worst is null ? "no quotes" : $"{ProviderName.For(worst.ProviderId)}; alert below 90 %",
                worst?.SuccessRate < MinSuccessRate ? "bad" : ""));
    }

    private static string StepName(DashboardWindow window) => window.Label switch
    {
        "1h" => "minute",
        "24h" => "hour",
        "7d" => "6 hours",
        _ => "day",
    };
}

/// <summary>Orders won, latency, error rates and cost of quotes by provider.</summary>
internal static class ProviderPerformancePanel
{
    internal static Markup Render(ProviderPerformance figures)
    {
        var whole = figures.Quotes.Where(quote => quote.At is null).ToArray();
        // The same order in all charts, so that a provider has the same color in all of them.
        string[] names =
        [
            .. whole.Select(quote => quote.ProviderId).Union(figures.Selections.Select(selection => selection.ProviderId)).Order(StringComparer.Ordinal),
        ];
        var orders = figures.Selections.ToDictionary(selection => selection.ProviderId, selection => (double?)selection.Orders);
        var steps = ChartTime.Steps(figures.Since, figures.Until, figures.Window.Step);
        string Of(string provider, string name) => RequestLink.List(("window", figures.Window.Label), ("provider", provider), ("event", name));
        return Markup.Of(
            $"""
            {OpsParts.Hint($"The {OpsWindow.NameOf(figures.Window)}.")}
            {Skew(figures)}
            <div class="charts">
            {ShareChart.Render(
                new("provider-share", "Orders by provider", "", "No order was routed in this period.") { Href = index => Of(names[index], "router_decision") },
                [.. names.Select(ProviderName.For)],
                new("Orders", [.. names.Select(name => orders.GetValueOrDefault(name, 0))]))}
            {BarChart.Render(
                new("provider-latency", "Time to quote", "ms", "No provider returned a quote in this period.")
                {
                    Href = index => Of(whole[index].ProviderId, "provider_quote_success"),
                },
                [.. whole.Select(quote => ProviderName.For(quote.ProviderId))],
                new ChartSeries("P50", [.. whole.Select(quote => quote.P50Ms)]),
                new ChartSeries("P95", [.. whole.Select(quote => quote.P95Ms)]))}
            {LineChart.Render(
                new("provider-errors", "Quotes that failed", "%", "No quotes were requested in this period.")
                {
                    Href = index => RequestLink.Between(steps[index], figures.Window.Step, name: "provider_quote_error"),
                },
                [.. steps.Select(at => OpsWindow.Place(figures.Window, at))],
                [.. names.Select(name => ErrorsOf(name, figures, steps))])}
            </div>
            <h3>Cost of quotes</h3>
            {Cost(figures, whole)}
            """);
    }

    private static ChartSeries ErrorsOf(string provider, ProviderPerformance figures, IReadOnlyList<DateTimeOffset> steps)
    {
        var known = figures.Quotes.Where(quote => quote.ProviderId == provider && quote.At is not null).ToDictionary(quote => quote.At!.Value);
        return new(ProviderName.For(provider), [.. steps.Select(at => known.GetValueOrDefault(at)?.SuccessRate is { } success ? (1 - success) * 100 : (double?)null)]);
    }

    private static Markup Skew(ProviderPerformance figures)
    {
        var all = figures.Selections.Sum(selection => selection.Orders);
        return figures.Selections is [var first, ..] && figures.Selections.Count > 1 && first.Orders > 0.8 * all
            ? Markup.Of($"""<p class="notice warn" role="status">{ProviderName.For(first.ProviderId)} gets {OpsText.Percent((double)first.Orders / all)} of the orders; above 80 %, check the weights.</p>""")
            : Markup.Empty;
    }

    private static Markup Cost(ProviderPerformance figures, ProviderQuotes[] whole)
    {
        var calls = figures.Calls.ToDictionary(entry => entry.ProviderId, entry => entry.Calls);
        var selections = figures.Selections.ToDictionary(entry => entry.ProviderId);
        var table = OpsParts.Table(
            "Cost by provider",
            ["Provider", "#Asked", "#Quotes", "#Errors", "#Vendor calls", "#Estimated cost", "#Orders won", "#Average cart"],
            whole.Select(quote => (Markup[])
            [
                Markup.Of($"{ProviderName.For(quote.ProviderId)}"),
                Markup.Of($"{OpsText.Count(quote.Calls)}"),
                Markup.Of($"{OpsText.Count(quote.Priced)}"),
                Markup.Of($"{OpsParts.Link(RequestLink.List(("window", figures.Window.Label), ("provider", quote.ProviderId), ("event", "provider_quote_error")), OpsText.Count(quote.Errors))} <small>{OpsText.Percent(1 - quote.SuccessRate)}</small>"),
                Markup.Of($"{OpsText.Count(calls.GetValueOrDefault(quote.ProviderId))}"),
                Markup.Of($"{OpsText.Dollars(QuoteCosts.CentsOf(quote.ProviderId) * quote.Priced)}"),
                Markup.Of($"{OpsText.Count(selections.GetValueOrDefault(quote.ProviderId)?.Orders ?? 0)}"),
                Markup.Of($"{OpsText.Dollars(selections.GetValueOrDefault(quote.ProviderId)?.AverageTotalCents)}"),
            ]),
            "No quotes were requested in this period.");
        return Markup.Of($"{table}{OpsParts.Hint("Estimated as in the runbook: $0.001 per quote from an aggregator, $0.002 per quote from a direct API. Mocks and answers without an offer cost nothing.")}");
    }
}

/// <summary>The estimated cost of one quote, as in the commerce runbook and the Grafana dashboards.</summary>
internal static class QuoteCosts
{
    private const decimal AggregatorCents = 0.1m;
    private const decimal DirectCents = 0.2m;

    internal static decimal CentsOf(string providerId) => providerId is "MEALME" or "INSTACART" ? AggregatorCents : DirectCents;
}

/// <summary>The results of routing: orders, carts, commission and the savings of shoppers.</summary>
internal static class BusinessPanel
{
    internal static Markup Render(BusinessDashboard figures, DashboardWindow window)
    {
        var unit = window.IsByHour ? TimeSpan.FromHours(1) : TimeSpan.FromDays(1);
        var last = new DateTimeOffset(figures.Until.UtcTicks - (figures.Until.UtcTicks % unit.Ticks), TimeSpan.Zero);
        var count = window.IsByHour ? 24 : (int)window.Length.TotalDays;
        var steps = ChartTime.Steps(last - ((count - 1) * unit), last, unit);
        var days = figures.Days.ToDictionary(day => day.Day);
        var (per, period) = window.IsByHour ? ("hour", "last 24 hours") : ("day", OpsWindow.NameOf(window));
        string[] places = [.. steps.Select(at => window.IsByHour ? ChartTime.Minute(at) : ChartTime.Day(at))];
        string Step(int index) => RequestLink.Between(steps[index], unit, outcome: "routed");
        return Markup.Of(
            $"""
            {Table(figures)}
            <div class="charts">
            {ColumnChart.Render(
                new("business-orders", $"Orders per {per}", "", $"No order was routed in the {period}.") { Href = Step },
                places,
                new("Routed", [.. steps.Select(at => (double?)(days.GetValueOrDefault(at)?.Orders ?? 0))]),
                new("Confirmed", [.. steps.Select(at => (double?)(days.GetValueOrDefault(at)?.Confirmed ?? 0))]))}
            {ColumnChart.Render(
                new("business-money", $"Commission and savings per {per}", "$", $"Nothing was earned or saved in the {period}.") { Href = Step },
                places,
                new("Commission expected", [.. steps.Select(at => (double?)((days.GetValueOrDefault(at)?.ExpectedCommissionCents ?? 0) / 100))]),
                new("Commission earned", [.. steps.Select(at => (double?)((days.GetValueOrDefault(at)?.EarnedCommissionCents ?? 0) / 100))]),
                new("Savings of shoppers", [.. steps.Select(at => (double?)((days.GetValueOrDefault(at)?.SavingsCents ?? 0) / 100))]))}
            </div>
            """);
    }

    private static Markup Table(BusinessDashboard figures) => OpsParts.Table(
        "Results of routing",
        ["Metric", .. figures.Windows.Select(window => "#Last " + window.Window)],
        [
            Row(figures, "Orders routed", window => OpsText.Count(window.Orders)),
            Row(figures, "Orders confirmed", window => OpsText.Count(window.Confirmed)),
            Row(figures, "Average cart", window => OpsText.Dollars(window.AverageCartCents)),
            Row(figures, "Commission expected (routed)", window => OpsText.Dollars(window.ExpectedCommissionCents)),
            Row(figures, "Commission earned (confirmed)", window => OpsText.Dollars(window.EarnedCommissionCents)),
            Row(figures, "Savings against the cheapest alternative", window => OpsText.Dollars(window.SavingsCents)),
        ],
        "Nothing was routed.");

    private static Markup[] Row(BusinessDashboard figures, string name, Func<BusinessWindow, string> value) =>
        [Markup.Of($"{name}"), .. figures.Windows.Select(window => Markup.Of($"{value(window)}"))];
}
