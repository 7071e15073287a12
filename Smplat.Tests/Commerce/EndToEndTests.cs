using System.Text.Json;
using Smplat.Tests.Commerce.Support;

namespace Smplat.Tests.Commerce;

/// <summary>
/// Acceptance list E over the socket. Where the published result is not possible with the three-line basket (E4, E7, E8), the
/// one-line basket is used: with three lines Kroger delivers free and is cheaper than Walmart.
/// </summary>
public sealed class EndToEndTests
{
    private RouterFixture _app = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _app = await RouterFixture.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _app.DisposeAsync();

    [Test]
    public async Task With_the_direct_providers_off_an_aggregator_wins()
    {
        await using var app = await RouterFixture.StartAsync(("LOOPGPT_ENABLE_KROGER", "false"), ("LOOPGPT_ENABLE_WALMART", "false"));

        var body = await app.RouteAsync(Baskets.Three());
        var byPrice = await app.RouteAsync(Baskets.Three(Baskets.Optimize("price")));

        Assert.That(Winner(body), Is.AnyOf("MEALME", "INSTACART"));
        Assert.That(body.GetProperty("quote").GetProperty("totalCents").GetInt64(), Is.Positive);
        Assert.That(Component(byPrice, "priceScore"), Is.GreaterThanOrEqualTo(50));
    }

    [Test]
    public async Task With_low_aggregator_priorities_a_direct_provider_wins()
    {
        await using var app = await RouterFixture.StartAsync(("LOOPGPT_MEALME_PRIORITY", "10"), ("LOOPGPT_INSTACART_PRIORITY", "10"));

        Assert.That(Winner(await app.RouteAsync(Baskets.Three())), Is.AnyOf("KROGER_API", "WALMART_API"));
        Assert.That(Winner(await app.RouteAsync(Baskets.One(Baskets.Optimize("price")))), Is.EqualTo("WALMART_API"));
    }

    [Test]
    public async Task An_exact_tie_by_price_goes_to_the_cheaper_provider()
    {
        var body = await _app.RouteAsync(Baskets.Three(Baskets.Optimize("price")));

        Assert.That(Winner(body), Is.EqualTo("KROGER_API"));
        Assert.That(body.GetProperty("score").GetDecimal(), Is.EqualTo(154.9m));
        Assert.That(body.GetProperty("alternativeQuotes")[0].GetProperty("score").GetDecimal(), Is.EqualTo(154.9m));
    }

    [Test]
    public async Task The_prefer_switch_of_kroger_wins_the_balanced_order()
    {
        await using var app = await RouterFixture.StartAsync(("LOOPGPT_PREFER_DIRECT_KROGER", "true"));

        var body = await app.RouteAsync(Baskets.Three());

        Assert.That(Winner(body), Is.EqualTo("KROGER_API"));
        Assert.That(body.GetProperty("score").GetDecimal(), Is.EqualTo(149.8m));
        Assert.That(body.GetProperty("alternativeQuotes")[0].GetProperty("score").GetDecimal(), Is.EqualTo(136.1m));
    }

    [Test]
    public async Task By_price_the_small_basket_goes_to_walmart()
    {
        var body = await _app.RouteAsync(Baskets.One(Baskets.Optimize("price")));

        Assert.That(Winner(body), Is.EqualTo("WALMART_API"));
        Assert.That(Component(body, "priceScore"), Is.GreaterThanOrEqualTo(80));
    }

    [Test]
    public async Task By_speed_the_small_basket_goes_to_mealme()
    {
        var body = await _app.RouteAsync(Baskets.One(Baskets.Optimize("speed")));

        Assert.That(Winner(body), Is.EqualTo("MEALME"));
        Assert.That(body.GetProperty("score").GetDecimal(), Is.EqualTo(136.9m));
        Assert.That(Component(body, "speedScore"), Is.GreaterThanOrEqualTo(80));
    }

    [Test]
    [Prevents("S-1")]
    public async Task A_raised_commission_wins_by_margin()
    {
        await using var app = await RouterFixture.StartAsync(("LOOPGPT_MEALME_COMMISSION", "0.05"));

        var body = await app.RouteAsync(Baskets.Three(Baskets.Optimize("margin")));

        Assert.That(Winner(body), Is.EqualTo("MEALME"));
        Assert.That(body.GetProperty("score").GetDecimal(), Is.EqualTo(130.5m));
        Assert.That(Component(body, "marginScore"), Is.EqualTo(100));
    }

    [Test]
    [Prevents("H-1")]
    public async Task Every_promised_field_is_there()
    {
        var body = await _app.RouteAsync(Baskets.Three());

        Assert.Multiple(() =>
        {
            Assert.That(body.GetProperty("success").GetBoolean(), Is.True);
            Assert.That(body.GetProperty("selectedProvider").GetProperty("id").GetString(), Is.EqualTo(Winner(body)));
            Assert.That(body.GetProperty("selectedProvider").GetProperty("name").GetString(), Is.Not.Empty);
            Assert.That(body.GetProperty("selectedProvider").GetProperty("priority").ValueKind, Is.EqualTo(JsonValueKind.Number));
            var quote = body.GetProperty("quote");
            Assert.That(
                quote.GetProperty("totalCents").GetInt64(),
                Is.EqualTo(Amount(quote, "subtotalCents") + Amount(quote, "feesCents") + Amount(quote, "taxCents")));
            Assert.That(quote.GetProperty("currency").GetString(), Is.EqualTo("USD"));
            Assert.That(body.GetProperty("confirmationToken").GetString(), Does.Match("^conf_[0-9]{13}_[A-Za-z0-9_-]{22}$"));
            Assert.That(body.GetProperty("requestId").GetString(), Does.Match("^req_[0-9]{13}_[a-z0-9]+$"));
            Assert.That(body.GetProperty("scoreBreakdown").GetProperty("explanation").GetString(), Is.Not.Empty);
            Assert.That(body.GetProperty("score").GetDecimal(), Is.EqualTo(Value(body.GetProperty("scoreBreakdown"), "weightedTotal")));
            Assert.That(body.GetProperty("affiliateUrl").GetString(), Does.Contain("LOOPGPT"));
            Assert.That(body.GetProperty("warnings").GetArrayLength(), Is.Positive, "a mock price says so");
            Assert.That(body.GetProperty("counterfactual").GetString(), Does.Contain("Kroger Direct, 120 cents less, 60 minutes slower"));
            Assert.That(body.GetProperty("savings").GetProperty("savedCents").GetInt64(), Is.EqualTo(-120));
            Assert.That(
                body.GetProperty("expiresAt").GetDateTimeOffset(),
                Is.EqualTo(TimeProvider.System.GetUtcNow().AddMinutes(15)).Within(TimeSpan.FromMinutes(1)));
        });
    }

    [Test]
    public async Task Availability_has_one_row_for_each_item()
    {
        var rows = (await _app.RouteAsync(Baskets.Three())).GetProperty("itemAvailability").EnumerateArray().ToArray();

        Assert.That(rows.Select(row => row.GetProperty("clientItemId").GetString()), Is.EqualTo(new[] { "1", "2", "3" }));
        Assert.That(rows.Select(row => row.GetProperty("requestedItem").GetString()), Has.None.Empty);
        Assert.That(rows.Select(row => row.GetProperty("status").GetString()), Is.All.EqualTo("found"));
        Assert.That(rows.Select(row => row.GetProperty("inStock").GetBoolean()), Is.All.True);
    }

    [Test]
    public async Task All_other_quotes_are_listed_in_rank_order()
    {
        var body = await _app.RouteAsync(Baskets.Three());
        var losers = body.GetProperty("alternativeQuotes").EnumerateArray().ToArray();

        Assert.That(losers.Select(loser => loser.GetProperty("provider").GetProperty("id").GetString()), Is.EqualTo(new[]
        {
            "KROGER_API", "MEALME", "INSTACART",
        }));
        Assert.That(losers.Select(loser => loser.GetProperty("quote").GetProperty("totalCents").GetInt64()), Has.All.Positive);
        Assert.That(losers.Select(loser => loser.GetProperty("score").GetDecimal()), Is.Ordered.Descending);
        Assert.That(body.GetProperty("alternatives").GetArrayLength(), Is.EqualTo(2));
        Assert.That(body.GetProperty("alternatives")[0].GetProperty("total").GetDecimal(), Is.EqualTo(70.89m));
    }

    [Test]
    public async Task Concurrent_identical_calls_choose_the_same_provider()
    {
        var bodies = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => _app.RouteAsync(Baskets.Three())));

        Assert.That(bodies.Select(Winner).Distinct().ToArray(), Has.Length.EqualTo(1));
        Assert.That(bodies.Select(body => body.GetProperty("confirmationToken").GetString()), Is.Unique);
    }

    [Test]
    public async Task A_hundred_lines_with_quantities_to_a_hundred_are_routed()
    {
        var items = string.Join(",", Enumerable.Range(1, 100).Select(n => $$"""{"id":"{{n}}","name":"Item {{n}}","quantity":{{n}}}"""));

        var body = await _app.RouteAsync(Baskets.Of(items));

        Assert.That(body.GetProperty("itemAvailability").GetArrayLength(), Is.EqualTo(100));
    }

    private static string Winner(JsonElement body) => body.GetProperty("providerId").GetString()!;

    private static int Component(JsonElement body, string name) => body.GetProperty("scoreBreakdown").GetProperty(name).GetInt32();

    private static long Amount(JsonElement quote, string name) => quote.GetProperty(name).GetInt64();

    private static decimal Value(JsonElement element, string name) => element.GetProperty(name).GetDecimal();
}
