using Smplat.Core.Commerce.Providers;
using Smplat.Tests.Commerce.Support;
using Smplat.Tests.Platform.Observability;

namespace Smplat.Tests.Commerce.Routing;

/// <summary>The commerce metrics in the feed, after ten orders of which one provider answered eight.</summary>
public sealed class CommerceMetricsTests
{
    private RouterFixture _app = null!;
    private IReadOnlyList<StrictExposition.Sample> _feed = [];

    [OneTimeSetUp]
    public async Task RouteTenOrdersAsync()
    {
        var failures = 2;
        var mealMe = new FakeGateway(ProviderId.MealMe)
        {
            OnQuote = (request, config, _) => Task.FromResult<QuoteOutcome>(Interlocked.Decrement(ref failures) >= 0
                ? new QuoteOutcome.Failed(ProviderFailure.Http(config.Id, 500))
                : new QuoteOutcome.Quoted(Quotes.For(config, request, 5000))),
        };
        _app = await RouterFixture.StartAsync([mealMe]);
        for (var order = 0; order < 10; order++)
        {
            await _app.RouteAsync(Baskets.Three());
        }

        await _app.FlushLogAsync();
        _app.Client.DefaultRequestHeaders.Add("X-API-Key", RouterFixture.Key);
        _feed = StrictExposition.Parse(await _app.Client.GetStringAsync("/api/v1/observability/prometheus"));
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _app.DisposeAsync();

    [Test]
    public void Every_order_is_counted_once()
    {
        Assert.That(Value("loopgpt_router_requests_total"), Is.EqualTo(10));
        Assert.That(Value("loopgpt_router_failures_total"), Is.Zero);
        Assert.That(Value("loopgpt_router_recent_requests"), Is.EqualTo(10));
        Assert.That(Value("loopgpt_router_error_rate"), Is.Zero);
        Assert.That(Value("loopgpt_router_latency_p95_ms"), Is.GreaterThanOrEqualTo(Value("loopgpt_router_latency_p50_ms")));
    }

    [Test]
    public void A_provider_s_rate_is_answers_by_calls()
    {
        Assert.That(Value("loopgpt_provider_success_rate", "MEALME"), Is.EqualTo(0.8).Within(1e-9));
        Assert.That(Value("loopgpt_provider_success_rate", "KROGER_API"), Is.EqualTo(1));
        Assert.That(
            _feed.Single(sample => sample.Name == "loopgpt_provider_quotes_total"
                && sample.Labels["provider_id"] == "MEALME" && sample.Labels["outcome"] == "error").Value,
            Is.EqualTo(2));
    }

    [Test]
    public void Shares_of_selection_add_up_to_a_hundred()
    {
        var shares = _feed.Where(sample => sample.Name == "loopgpt_provider_selection_pct").Sum(sample => sample.Value);
        var selected = _feed.Where(sample => sample.Name == "loopgpt_provider_selections_total").Sum(sample => sample.Value);

        Assert.That(shares, Is.EqualTo(100).Within(1e-9));
        Assert.That(selected, Is.EqualTo(10));
    }

    [Test]
    public async Task Amounts_are_those_of_the_log()
    {
        await using var connection = await _app.Database.OpenConnectionAsync();
        var command = connection.CreateCommand();
        command.CommandText =
            "select sum(total_cents), sum(commission_cents), sum(greatest(0, best_alternative_cents - total_cents)) from edge_logs";
        await using var sums = await command.ExecuteReaderAsync();
        await sums.ReadAsync();

        Assert.That(Value("loopgpt_router_cart_cents_total"), Is.EqualTo((double)sums.GetDecimal(0)).And.GreaterThan(0));
        Assert.That(Value("loopgpt_router_commission_cents_total"), Is.EqualTo((double)sums.GetDecimal(1)));
        Assert.That(Value("loopgpt_router_savings_cents_total"), Is.EqualTo((double)sums.GetDecimal(2)));
    }

    [Test]
    public async Task A_provider_without_a_store_there_is_not_down()
    {
        var regional = new FakeGateway(ProviderId.KrogerApi).Fail(ProviderFailure.NoStores(ProviderId.KrogerApi));
        await using var app = await RouterFixture.StartAsync([regional]);
        await app.RouteAsync(Baskets.Three());
        await app.FlushLogAsync();
        app.Client.DefaultRequestHeaders.Add("X-API-Key", RouterFixture.Key);

        var feed = StrictExposition.Parse(await app.Client.GetStringAsync("/api/v1/observability/prometheus"));

        Assert.That(
            feed.Single(sample => sample.Name == "loopgpt_provider_success_rate" && sample.Labels["provider_id"] == "KROGER_API").Value,
            Is.EqualTo(1));
        await using var connection = await app.Database.OpenConnectionAsync();
        var command = connection.CreateCommand();
        command.CommandText = "select errors * 10 + nothing_to_offer from commerce.v_provider_error_rate where provider_id = 'KROGER_API'";
        Assert.That(await command.ExecuteScalarAsync(), Is.EqualTo(11L), "an error to the runbook's query, named for what it is");
    }

    [Test]
    public async Task Orders_that_no_provider_can_take_raise_the_error_rate()
    {
        await using var app = await RouterFixture.StartAsync(
            ("LOOPGPT_ENABLE_MEALME", "false"), ("LOOPGPT_ENABLE_INSTACART", "false"), ("LOOPGPT_ENABLE_KROGER", "false"),
            ("LOOPGPT_ENABLE_WALMART", "false"));
        for (var order = 0; order < 3; order++)
        {
            await app.PostAsync("loopgpt_route_order", Baskets.Three());
        }

        await app.FlushLogAsync();
        app.Client.DefaultRequestHeaders.Add("X-API-Key", RouterFixture.Key);
        var feed = StrictExposition.Parse(await app.Client.GetStringAsync("/api/v1/observability/prometheus"));

        Assert.That(feed.Single(sample => sample.Name == "loopgpt_router_error_rate").Value, Is.EqualTo(1));
        Assert.That(feed.Single(sample => sample.Name == "loopgpt_router_failures_total").Value, Is.EqualTo(3));
        Assert.That(feed.Any(sample => sample.Name == "loopgpt_router_latency_p95_ms"), Is.False);
    }

    private double Value(string name, string? provider = null) => _feed.Single(
        sample => sample.Name == name && (provider is null || sample.Labels["provider_id"] == provider)).Value;
}
