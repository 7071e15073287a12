using Smplat.Core.Commerce.Providers;
using Smplat.Tests.Commerce.Confirmation;
using Smplat.Tests.Commerce.Support;

namespace Smplat.Tests.Commerce.Routing;

public sealed class SplitOrderTests
{
    private const string Allowed = ",\"userId\":\"u1\",\"preferences\":{\"allowSplitOrders\":true}";

    [Test]
    public async Task An_order_is_split_when_that_saves_enough()
    {
        await using var app = await StartAsync();

        var body = await app.RouteAsync(Baskets.Three(Allowed));

        Assert.That(body.GetProperty("isSplitOrder").GetBoolean(), Is.True);
        Assert.That(
            body.GetProperty("orders").EnumerateArray().Select(order => (
                order.GetProperty("providerId").GetString(),
                string.Join(",", order.GetProperty("cart").EnumerateArray().Select(line => line.GetProperty("clientItemId").GetString())))),
            Is.EquivalentTo(new[] { ("MEALME", "1"), ("KROGER_API", "2,3") }));
        Assert.That(body.GetProperty("quote").GetProperty("totalCents").GetInt64(), Is.EqualTo(2000 + 4000));
        Assert.That(body.GetProperty("totalCost").GetDecimal(), Is.EqualTo(60m));
        Assert.That(body.GetProperty("totalItems").GetInt32(), Is.EqualTo(3));
        Assert.That(body.GetProperty("unavailableItems").GetArrayLength(), Is.Zero);
        Assert.That(body.GetProperty("alternativeQuotes").GetArrayLength(), Is.EqualTo(2), "the single-provider offers");
    }

    [Test]
    public async Task An_order_is_split_only_when_the_shopper_and_the_setting_allow_it()
    {
        await using var app = await StartAsync();

        var whole = await app.RouteAsync(Baskets.Three());
        app.Settings.Change(("LOOPGPT_SPLIT_ORDERS", "false"));
        var off = await app.RouteAsync(Baskets.Three(Allowed));

        Assert.That(whole.TryGetProperty("isSplitOrder", out _), Is.False);
        Assert.That(off.TryGetProperty("isSplitOrder", out _), Is.False);
    }

    [Test]
    [Prevents("H-7")]
    public async Task One_token_confirms_all_parts()
    {
        await using var app = await StartAsync();
        var body = await app.RouteAsync(Baskets.Three(Allowed));

        var answer = await app.ConfirmAsync(body.GetProperty("confirmationToken").GetString()!);

        Assert.That(answer.GetProperty("success").GetBoolean(), Is.True, answer.GetRawText());
        Assert.That(answer.GetProperty("orderIds").GetArrayLength(), Is.EqualTo(2));
        Assert.That(
            await app.ScalarAsync<string>("select string_agg(leg || ':' || provider_id || ':' || items_count || ':' || total_cents, ' ' order by leg) from commerce.orders"),
            Is.EqualTo("0:KROGER_API:2:4000 1:MEALME:1:2000"));
    }

    [Test]
    public async Task A_split_stays_within_the_limits_of_the_shopper()
    {
        await using var app = await StartAsync(feeCents: 300);

        var allowed = await app.RouteAsync(Baskets.Three(",\"preferences\":{\"allowSplitOrders\":true,\"maxDeliveryFee\":6}"));
        var limited = await app.RouteAsync(Baskets.Three(",\"preferences\":{\"allowSplitOrders\":true,\"maxDeliveryFee\":5.99}"));

        Assert.That(allowed.TryGetProperty("isSplitOrder", out _), Is.True, "two fees of three dollars");
        Assert.That(limited.TryGetProperty("isSplitOrder", out _), Is.False);
    }

    [Test]
    public async Task The_answer_compares_the_sum_with_the_single_provider_offers()
    {
        await using var app = await StartAsync();

        var body = await app.RouteAsync(Baskets.Three(Allowed));

        Assert.That(body.GetProperty("savings").GetProperty("savedCents").GetInt64(), Is.EqualTo(4000), "100 dollars at MealMe or Kroger");
        Assert.That(body.GetProperty("counterfactual").GetString(), Does.Contain("4000 cents more"));
        Assert.That(body.TryGetProperty("affiliateUrl", out _), Is.False, "no link of one part for the whole");
        Assert.That(body.GetProperty("orders")[1].GetProperty("affiliateUrl").GetString(), Is.Not.Empty);
    }

    [Test]
    public async Task When_a_later_part_fails_the_answer_says_what_is_placed()
    {
        var (mealMe, kroger) = SplitVendors.Make();
        mealMe.OnConfirm = (_, _) => Task.FromResult<ConfirmOutcome>(
            new ConfirmOutcome.Failed(ProviderFailure.Unavailable(ProviderId.MealMe), true));
        await using var app = await ConfirmCalls.StartAsync(mealMe, kroger);
        var body = await app.RouteAsync(Baskets.Three(Allowed));
        var token = body.GetProperty("confirmationToken").GetString()!;

        var answer = await app.ConfirmAsync(token);
        var repeated = await app.ConfirmAsync(token);

        Assert.That(answer.GetProperty("success").GetBoolean(), Is.False);
        Assert.That(answer.GetProperty("orderIds").GetArrayLength(), Is.EqualTo(1));
        Assert.That(answer.Error(), Is.EqualTo("PARTIALLY_CONFIRMED"));
        Assert.That(answer.GetProperty("message").GetString(), Does.StartWith("1 of 2 parts of the order are confirmed; MealMe MCP did not"));
        Assert.That(SplitVendors.Statuses(answer), Is.EqualTo(new[] { "KROGER_API:placed", "MEALME:failed" }));
        Assert.That(repeated.GetRawText(), Is.EqualTo(answer.GetRawText()));
        Assert.That(kroger.ConfirmCount, Is.EqualTo(1));
    }

    [Test]
    public async Task The_part_of_a_mock_is_named_and_only_the_other_part_is_earned()
    {
        var (mealMe, kroger) = SplitVendors.Make();
        var priced = mealMe.OnQuote;
        mealMe.OnQuote = async (request, config, token) => new QuoteOutcome.Quoted(
            ((QuoteOutcome.Quoted)await priced(request, config, token)).Quote with { Pricing = PricingMode.Mock });
        await using var app = await ConfirmCalls.StartAsync(mealMe, kroger);
        var body = await app.RouteAsync(Baskets.Three(Allowed));

        var answer = await app.ConfirmAsync(body.GetProperty("confirmationToken").GetString()!);
        await app.FlushLogAsync();

        Assert.That(answer.GetProperty("mock").GetBoolean(), Is.True, answer.GetRawText());
        Assert.That(answer.GetProperty("warnings")[0].GetString(), Does.Contain("MealMe").And.Not.Contain("Kroger"));
        Assert.That(
            answer.GetProperty("orders").EnumerateArray().Select(part => (part.GetProperty("providerId").GetString(), part.TryGetProperty("mock", out _))),
            Is.EquivalentTo(new[] { ("MEALME", true), ("KROGER_API", false) }));
        Assert.That(
            await app.ScalarAsync<string>(
                "select string_agg(event || ' ' || total_cents || ' ' || is_mock, ', ' order by event) from edge_logs where total_cents is not null"),
            Is.EqualTo("commerce.confirm_order.success 4000 false, router_decision 4000 false"));
        Assert.That(
            await app.ScalarAsync<long>("select count(*) from edge_logs where event = 'router_decision' and best_alternative_cents is not null"),
            Is.Zero, "a real price is never measured against an invented one");
    }

    private static Task<RouterFixture> StartAsync(long feeCents = 0)
    {
        var (mealMe, kroger) = SplitVendors.Make(feeCents);
        return ConfirmCalls.StartAsync(mealMe, kroger);
    }
}
