using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Routing;
using Smplat.Core.Platform.Observability;
using Smplat.Tests.Commerce.Support;

namespace Smplat.Tests.Commerce.Drills;

public sealed class RouterFigureTests
{
    [Test]
    public async Task Gauges_and_durable_counters_show_what_happened()
    {
        var revoked = new FakeGateway(ProviderId.MealMe).Fail(ProviderFailure.Http(ProviderId.MealMe, 403));
        await using var app = await RouterFixture.StartAsync([revoked, new FakeGateway(ProviderId.WalmartApi)]);
        await app.RouteAsync(Baskets.Three(""","preferences":{"excludeProviders":["INSTACART","KROGER_API"]}"""));
        await app.PostAsync(
            "loopgpt_route_order",
            Baskets.Three(""","preferences":{"excludeProviders":["MEALME","INSTACART","KROGER_API","WALMART_API"]}"""));
        await app.FlushLogAsync();

        var figures = app.Services.GetRequiredService<RouterMetrics>().Stats;
        var counters = await app.Services.GetRequiredService<DurableCounters>().ReadAsync("loopgpt_", CancellationToken.None);

        Assert.That(figures.ErrorRate, Is.EqualTo(50));
        Assert.That(figures.Providers.Single(provider => provider.Provider == ProviderId.MealMe).SuccessRate, Is.Zero);
        Assert.That(figures.Providers.Single(provider => provider.Provider == ProviderId.WalmartApi).SelectionShare, Is.EqualTo(100));
        Assert.That(Sum(CommerceMetricNames.Requests), Is.EqualTo(2));
        Assert.That(Sum(CommerceMetricNames.Failures), Is.EqualTo(1));
        Assert.That(Sum(CommerceMetricNames.Quotes), Is.EqualTo(2));
        Assert.That(Sum(CommerceMetricNames.Selections), Is.EqualTo(1));

        double Sum(string name) => counters.Where(counter => counter.Name == name).Sum(counter => counter.Value);
    }
}
