using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Operators;
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
        _app = await RouterFixture.StartAsync(
            [mealMe, new FakeGateway(ProviderId.Instacart), new FakeGateway(ProviderId.KrogerApi), new FakeGateway(ProviderId.WalmartApi)]);
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
        command.CommandText = "select calls * 100 + errors * 10 + nothing_to_offer from commerce.v_provider_error_rate where provider_id = 'KROGER_API'";
        Assert.That(await command.ExecuteScalarAsync(), Is.EqualTo(101L), "an answer, named for what it is, and no error");
        command.CommandText = "select level from edge_logs where error_code = 'NO_STORES'";
        Assert.That(await command.ExecuteScalarAsync(), Is.EqualTo("info"));
    }

    [Test]
    public async Task Mocks_are_marked_and_count_in_no_figure_of_the_business()
    {
        await using var app = await RouterFixture.StartAsync();
        var body = await app.RouteAsync(Baskets.Three());
        var (_, answer) = await app.PostAsync(
            "loopgpt_confirm_order",
            $$"""{"confirmationToken":"{{body.GetProperty("confirmationToken").GetString()}}","userId":"u1"}""",
            RouterFixture.Key);
        await app.FlushLogAsync();
        app.Client.DefaultRequestHeaders.Add("X-API-Key", RouterFixture.Key);

        var feed = StrictExposition.Parse(await app.Client.GetStringAsync("/api/v1/observability/prometheus"));

        Assert.That(answer.GetProperty("mock").GetBoolean(), Is.True);
        Assert.That(answer.GetProperty("warnings")[0].GetString(), Does.Contain("invented"));
        Assert.That(
            feed.Where(sample => sample.Name is "loopgpt_router_cart_cents_total" or "loopgpt_router_commission_cents_total"
                or "loopgpt_confirmed_commission_cents_total" or "loopgpt_router_savings_cents_total").Select(sample => sample.Value),
            Is.All.Zero);
        Assert.That(
            feed.Where(sample => sample.Name == "loopgpt_confirmations_total").Select(sample => sample.Labels["outcome"]), Is.EqualTo(new[] { "mock" }));
        var business = await app.Services.GetRequiredService<CommerceDashboards>().ReadBusinessAsync(CancellationToken.None);
        Assert.That(business.Windows, Is.All.Matches<BusinessWindow>(window => window is { Orders: 0, Confirmed: 0, EarnedCommissionCents: 0 }));
        await using var connection = await app.Database.OpenConnectionAsync();
        var command = connection.CreateCommand();
        command.CommandText = "select count(*) from edge_logs where is_mock and event in ('router_decision', 'commerce.confirm_order.success')";
        Assert.That(await command.ExecuteScalarAsync(), Is.EqualTo(2L));
    }

    [Test]
    public async Task An_order_that_all_providers_answer_with_nothing_to_offer_is_a_refusal_everywhere()
    {
        await using var app = await RouterFixture.StartAsync(
        [
            .. ProviderIds.All.Select(id => new FakeGateway(id).Fail(
                id == ProviderId.KrogerApi ? ProviderFailure.NoStores(id) : ProviderFailure.NoItemsMatched(id))),
        ]);
        var (_, body) = await app.PostAsync("loopgpt_route_order", Baskets.Three());
        await app.FlushLogAsync();
        app.Client.DefaultRequestHeaders.Add("X-API-Key", RouterFixture.Key);

        var feed = StrictExposition.Parse(await app.Client.GetStringAsync("/api/v1/observability/prometheus"));
        var live = await app.Services.GetRequiredService<CommerceDashboards>().ReadLiveAsync(CancellationToken.None);

        Assert.That(body.GetProperty("error").GetProperty("code").GetString(), Is.EqualTo("NO_PROVIDERS_AVAILABLE"), "the answer stays");
        Assert.That(feed.Single(sample => sample.Name == "loopgpt_router_error_rate").Value, Is.Zero);
        Assert.That(feed.Single(sample => sample.Name == "loopgpt_router_failures_total").Value, Is.Zero);
        Assert.That(feed.Single(sample => sample.Name == "loopgpt_router_requests_total").Value, Is.EqualTo(1));
        var total = live.Total!;
        Assert.That((total.Requests, total.Failures, total.P95Ms is null), Is.EqualTo((1L, 0L, false)));
        Assert.That(live.Providers, Has.Count.EqualTo(4).And.All.Matches<ProviderQuotes>(provider => provider is { SuccessRate: 1 }));
        await using var connection = await app.Database.OpenConnectionAsync();
        var command = connection.CreateCommand();
        command.CommandText = "select failures || ' ' || (select string_agg(distinct level, ',') from edge_logs) from commerce.v_requests_hourly";
        Assert.That(await command.ExecuteScalarAsync(), Is.EqualTo("0 info"));
    }

    [Test]
    public async Task A_caller_who_used_up_its_calls_is_no_failure_of_a_provider()
    {
        await using var app = await RouterFixture.StartAsync(
            [.. ProviderIds.All.Select(id => new FakeGateway(id).Fail(ProviderFailure.OpenQuotaExhausted(id)))]);
        await app.PostAsync("loopgpt_route_order", Baskets.Three());
        await app.FlushLogAsync();
        app.Client.DefaultRequestHeaders.Add("X-API-Key", RouterFixture.Key);

        var feed = StrictExposition.Parse(await app.Client.GetStringAsync("/api/v1/observability/prometheus"));
        var live = await app.Services.GetRequiredService<CommerceDashboards>().ReadLiveAsync(CancellationToken.None);

        Assert.That(feed.Single(sample => sample.Name == "loopgpt_router_error_rate").Value, Is.Zero);
        Assert.That(feed.Where(sample => sample.Name == "loopgpt_provider_success_rate"), Is.Empty);
        Assert.That(live.Providers, Is.Empty);
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
        Assert.That(feed.Any(sample => sample.Name == "loopgpt_router_latency_p95_ms"), Is.True, "a failed order has its time like any other");
    }

    private double Value(string name, string? provider = null) => _feed.Single(
        sample => sample.Name == name && (provider is null || sample.Labels["provider_id"] == provider)).Value;
}
