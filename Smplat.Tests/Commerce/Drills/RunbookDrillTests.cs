using System.Net;
using System.Text.Json;
using Smplat.Core.Commerce.Providers;
using Smplat.Tests.Commerce.Confirmation;
using Smplat.Tests.Commerce.Support;

namespace Smplat.Tests.Commerce.Drills;

/// <summary>The runbook's issues and emergencies: the fault is caused, the app setting is changed, the effect is checked.</summary>
public sealed class RunbookDrillTests
{
    private const string SmokeTest =
        """{"items": [{"id": "1", "name": "Test", "quantity": 1, "unit": "pcs"}], "shippingAddress": {"street": "123 Test", "city": "SF", "state": "CA", "postalCode": "94102", "country": "US"}}""";

    [Test]
    public async Task Issue_1_a_timeout_is_logged_as_described_and_a_longer_one_helps()
    {
        var slow = new FakeGateway(ProviderId.KrogerApi)
        {
            OnQuote = async (request, config, token) =>
            {
                await Task.Delay(300, token);
                return new QuoteOutcome.Quoted(Quotes.For(config, request));
            },
        };
        await using var app = await RouterFixture.StartAsync([slow], ("LOOPGPT_KROGER_TIMEOUT", "50"));

        var before = await app.RouteAsync(SmokeTest);
        await app.FlushLogAsync();
        app.Settings.Change(("LOOPGPT_KROGER_TIMEOUT", "10000"));
        var after = await app.RouteAsync(SmokeTest);

        Assert.That(
            await app.ScalarAsync<string>("select error from edge_logs where event = 'provider_quote_error' and provider_id = 'KROGER_API'"),
            Is.EqualTo("Provider KROGER_API timed out after 50ms"));
        Assert.That(Quoted(before), Has.None.EqualTo("KROGER_API"));
        Assert.That(Quoted(after), Has.Some.EqualTo("KROGER_API"));
    }

    [Test]
    public async Task Issue_2_and_emergency_1_the_mock_switches_bring_the_service_back()
    {
        await using var app = await RouterFixture.StartAsync(
            [.. ProviderIds.All.Select(id => new FakeGateway(id).Fail(ProviderFailure.Unavailable(id)))]);

        var (down, body) = await app.PostAsync("loopgpt_route_order", SmokeTest);
        app.Settings.Change(
            ("LOOPGPT_KROGER_MOCK", "true"),
            ("LOOPGPT_WALMART_MOCK", "true"),
            ("LOOPGPT_MEALME_MOCK", "true"),
            ("LOOPGPT_INSTACART_MOCK", "true"));
        var up = await app.RouteAsync(SmokeTest);

        Assert.That(down, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(body.GetProperty("error").GetProperty("code").GetString(), Is.EqualTo("NO_PROVIDERS_AVAILABLE"));
        Assert.That(up.GetProperty("pricing").GetString(), Is.EqualTo("mock"));
        Assert.That(up.GetProperty("warnings").EnumerateArray().Select(text => text.GetString()), Has.Some.Contains("invented"));
    }

    [Test]
    public async Task Issue_3_weights_and_boosts_change_the_selection_at_once()
    {
        await using var app = await RouterFixture.StartAsync(("LOOPGPT_PREFER_DIRECT_KROGER", "true"));
        var boosted = await app.RouteAsync(Baskets.Three());

        app.Settings.Change(("LOOPGPT_PREFER_DIRECT_KROGER", ""));
        var unboosted = await app.RouteAsync(Baskets.Three());
        app.Settings.Change(("LOOPGPT_SCORE_PRICE_WEIGHT", "2.0"), ("LOOPGPT_SCORE_COMMISSION_WEIGHT", "0.15"));
        var byPrice = await app.RouteAsync(Baskets.Three());

        Assert.That(
            new[] { boosted, unboosted, byPrice }.Select(body => body.GetProperty("providerId").GetString()),
            Is.EqualTo(new[] { "KROGER_API", "WALMART_API", "KROGER_API" }));
    }

    [Test]
    public async Task Issue_4_and_emergency_2_a_provider_that_is_switched_off_is_never_called()
    {
        var suspect = new FakeGateway(ProviderId.KrogerApi);
        await using var app = await RouterFixture.StartAsync([suspect]);
        app.Settings.Change(("LOOPGPT_ENABLE_KROGER", "false"));

        var body = await app.RouteAsync(SmokeTest);
        await app.RouteAsync("""{"action": "health_check"}""");

        Assert.That(Quoted(body), Has.None.EqualTo("KROGER_API"));
        Assert.That(suspect.QuoteCount, Is.Zero);
    }

    [Test]
    public async Task Emergency_2_an_aggregator_can_be_switched_off_too()
    {
        await using var app = await RouterFixture.StartAsync();
        app.Settings.Change(("LOOPGPT_ENABLE_MEALME", "false"), ("LOOPGPT_ENABLE_INSTACART", "false"));

        Assert.That(Quoted(await app.RouteAsync(SmokeTest)), Is.EquivalentTo(new[] { "KROGER_API", "WALMART_API" }));
    }

    [Test]
    [Prevents("P-0")]
    public async Task Issue_5_expired_credentials_read_unauthorized_and_raise_the_alert_figure()
    {
        var revoked = new FakeGateway(ProviderId.WalmartApi).Fail(ProviderFailure.Http(ProviderId.WalmartApi, 401));
        await using var app = await RouterFixture.StartAsync([revoked]);

        var body = await app.RouteAsync(SmokeTest);
        await app.FlushLogAsync();

        Assert.That(Quoted(body), Has.None.EqualTo("WALMART_API"), "an expired key never wins the routing");
        Assert.That(
            await app.ScalarAsync<string>("select error from edge_logs where event = 'provider_quote_error'"), Is.EqualTo("Unauthorized"));
        Assert.That(
            await app.ScalarAsync<long>("select credential_errors from commerce.v_provider_error_rate where provider_id = 'WALMART_API'"),
            Is.EqualTo(1));
    }

    [Test]
    public async Task Emergency_3_three_of_four_providers_hang_and_orders_are_still_routed_by_the_deadline()
    {
        await using var app = await RouterFixture.StartAsync(
            [
                new FakeGateway(ProviderId.MealMe).Hang(),
                new FakeGateway(ProviderId.Instacart).Hang(),
                new FakeGateway(ProviderId.KrogerApi).Hang(),
            ],
            ("LOOPGPT_ROUTER_SOFT_DEADLINE_MS", "100"),
            ("LOOPGPT_ROUTER_HARD_DEADLINE_MS", "300"));

        var body = await app.RouteAsync(SmokeTest);
        await app.FlushLogAsync();

        Assert.That(body.GetProperty("providerId").GetString(), Is.EqualTo("WALMART_API"));
        Assert.That(await app.ScalarAsync<long>("select count(*) from edge_logs where error_code = 'TIMEOUT'"), Is.EqualTo(3));
    }

    private static IEnumerable<string?> Quoted(JsonElement body) =>
        body.GetProperty("alternativeQuotes").EnumerateArray()
            .Select(loser => loser.GetProperty("provider").GetProperty("id").GetString())
            .Append(body.GetProperty("providerId").GetString());
}
