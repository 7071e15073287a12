using Smplat.Core.Operators;
using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>The three commerce dashboards: real time, provider performance, business.</summary>
public sealed class CommercePage(CommerceDashboards dashboards)
{
    private const string Path = "/ops/commerce";

    public Task<OpsPage> ShowAsync(OpsVisit visit, CancellationToken cancellationToken)
    {
        var window = DashboardWindow.Find(visit.Query("window"));
        return OpsPage.OfAsync(
            "Commerce",
            OpsSection.Commerce,
            Markup.Of($"""<p class="lead">All times in UTC, all amounts in US dollars. <a href="#p-real-time">Real time</a> · <a href="#p-provider-performance">Provider performance</a> · <a href="#p-business">Business</a></p>"""),
            OpsPanel.ReadAsync("Real time", async token => RealTimeBoard.Render(await dashboards.ReadLiveAsync(token)), cancellationToken, isWide: true),
            OpsPanel.ReadAsync(
                "Provider performance",
                async token =>
                {
                    var figures = await dashboards.ReadProvidersAsync(window, token);
                    return Markup.Of($"{Windows(window)}{ProviderBoard.Render(figures)}");
                },
                cancellationToken,
                isWide: true),
            OpsPanel.ReadAsync("Business", async token => BusinessBoard.Render(await dashboards.ReadBusinessAsync(token)), cancellationToken, isWide: true));
    }

    private static Markup Windows(DashboardWindow current) => OpsParts.Choice(
        "How far back", DashboardWindow.All.Select(window => (window.Label, $"{Path}?window={window.Label}", window == current)));
}
