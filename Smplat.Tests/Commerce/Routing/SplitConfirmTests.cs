using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Commerce.Confirmation;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Platform.Jobs;
using Smplat.Tests.Commerce.Confirmation;
using Smplat.Tests.Commerce.Support;

namespace Smplat.Tests.Commerce.Routing;

/// <summary>A split order is confirmed as a whole, or the answer says which parts are confirmed.</summary>
public sealed class SplitConfirmTests
{
    private const string KeepQuotes = "LOOPGPT_REQUOTE_AFTER_SECONDS";

    [Test]
    public async Task Each_part_has_its_own_order_and_address()
    {
        var (mealMe, kroger) = SplitVendors.Make();
        kroger.Capabilities = new ProviderCapabilities(PricingMode.Live, ConfirmMode.Handoff);
        kroger.OnConfirm = (_, _) => Task.FromResult<ConfirmOutcome>(new ConfirmOutcome.HandedOff("https://shop.example/kroger"));
        await using var app = await ConfirmCalls.StartAsync(mealMe, kroger);

        var answer = await app.ConfirmAsync(await TokenAsync(app));

        Assert.That(answer.GetProperty("success").GetBoolean(), Is.True, answer.GetRawText());
        Assert.That(SplitVendors.Statuses(answer), Is.EqualTo(new[] { "KROGER_API:handed_off", "MEALME:placed" }));
        var parts = answer.GetProperty("orders");
        Assert.That(parts[0].GetProperty("checkoutUrl").GetString(), Is.EqualTo("https://shop.example/kroger"));
        Assert.That(parts[0].GetProperty("items").EnumerateArray().Select(item => item.GetString()), Is.EqualTo(new[] { "2", "3" }));
        Assert.That(parts[1].GetProperty("orderId").GetString(), Does.StartWith("order_mealme_"));
        Assert.That(answer.GetProperty("mode").GetString(), Is.EqualTo("handoff"), "something is left for the shopper to do");
        Assert.That(answer.GetProperty("message").GetString(), Is.EqualTo(
            "MealMe MCP has the order. The basket is ready at Kroger Direct; place the order at its checkout."));
    }

    [Test]
    public async Task The_part_that_may_be_refused_comes_first_so_that_no_hand_off_is_wasted()
    {
        var (mealMe, kroger) = SplitVendors.Make();
        kroger.Capabilities = new ProviderCapabilities(PricingMode.Live, ConfirmMode.Handoff);
        mealMe.OnConfirm = (_, _) => Task.FromResult<ConfirmOutcome>(
            new ConfirmOutcome.Failed(new ProviderFailure(ProviderFailureCodes.PaymentDeclined, "declined", false), true));
        await using var app = await ConfirmCalls.StartAsync(mealMe, kroger);

        var answer = await app.ConfirmAsync(await TokenAsync(app));

        Assert.That(answer.Error(), Is.EqualTo("PAYMENT_DECLINED"));
        Assert.That(SplitVendors.Statuses(answer), Is.EqualTo(new[] { "KROGER_API:not_ordered", "MEALME:failed" }));
        Assert.That(kroger.ConfirmCount, Is.Zero);
        Assert.That(await app.ScalarAsync<long>("select count(*) from commerce.orders"), Is.Zero);
    }

    [Test]
    public async Task A_price_that_rose_in_any_part_is_shown_before_anything_is_ordered()
    {
        var (mealMe, kroger) = SplitVendors.Make();
        await using var app = await ConfirmCalls.StartAsync(mealMe, kroger, (KeepQuotes, "0"));
        var token = await TokenAsync(app);
        SplitVendors.Priced(mealMe, first: 1500, others: 2000);

        var shown = await app.ConfirmAsync(token);
        var ordered = (mealMe.ConfirmCount, kroger.ConfirmCount);
        var accepted = await app.ConfirmAsync(token);

        Assert.That(shown.Error(), Is.EqualTo("PRICE_CHANGED"));
        Assert.That(shown.GetProperty("previousTotalCents").GetInt64(), Is.EqualTo(6000));
        Assert.That(shown.GetProperty("quote").GetProperty("totalCents").GetInt64(), Is.EqualTo(7000));
        Assert.That(ordered, Is.EqualTo((0, 0)));
        Assert.That(accepted.GetProperty("success").GetBoolean(), Is.True, accepted.GetRawText());
    }

    [Test]
    public async Task When_a_part_has_no_quote_nothing_is_ordered()
    {
        var (mealMe, kroger) = SplitVendors.Make();
        await using var app = await ConfirmCalls.StartAsync(mealMe, kroger, (KeepQuotes, "0"));
        var token = await TokenAsync(app);
        mealMe.Fail(ProviderFailure.Unavailable(ProviderId.MealMe));

        var answer = await app.ConfirmAsync(token);

        Assert.That(answer.Error(), Is.EqualTo("ORDER_FAILED"));
        Assert.That(SplitVendors.Statuses(answer), Is.EqualTo(new[] { "KROGER_API:not_ordered", "MEALME:failed" }));
        Assert.That(kroger.ConfirmCount, Is.Zero);
    }

    [Test]
    public async Task A_part_whose_answer_is_lost_is_found_later_and_the_first_part_is_kept()
    {
        var (mealMe, kroger) = SplitVendors.Make();
        mealMe.OnConfirm = (_, _) => Task.FromResult<ConfirmOutcome>(
            new ConfirmOutcome.Failed(ProviderFailure.Timeout(ProviderId.MealMe, 10), false));
        mealMe.OnFind = _ => new LookupOutcome.Unknown("no answer");
        await using var app = await ConfirmCalls.StartAsync(mealMe, kroger);
        var token = await TokenAsync(app);

        var waiting = await app.ConfirmAsync(token);
        var first = await app.ScalarAsync<string>("select order_ref from commerce.orders");
        mealMe.OnFind = _ => new LookupOutcome.Found("vendor-7", null);
        await RecoverAsync(app);
        var answer = await app.ConfirmAsync(token);

        Assert.That(waiting.Error(), Is.EqualTo("CONFIRMATION_IN_PROGRESS"));
        Assert.That(SplitVendors.Statuses(waiting), Is.EqualTo(new[] { "KROGER_API:placed", "MEALME:checking" }));
        Assert.That(answer.GetProperty("success").GetBoolean(), Is.True, answer.GetRawText());
        Assert.That(answer.GetProperty("orders")[0].GetProperty("orderId").GetString(), Is.EqualTo(first));
        Assert.That((mealMe.ConfirmCount, kroger.ConfirmCount), Is.EqualTo((1, 1)));
        Assert.That(
            await app.ScalarAsync<string>("select string_agg(leg || ':' || coalesce(provider_order_id, ''), ' ' order by leg) from commerce.orders where leg = 1"),
            Is.EqualTo("1:vendor-7"));
        Assert.That(
            await app.ScalarAsync<long>("select count(*) from commerce.order_outcomes where outcome = 'success'"), Is.EqualTo(2));
    }

    [Test]
    public async Task After_a_crash_between_two_parts_the_first_is_kept_and_the_answer_says_so()
    {
        var (mealMe, kroger) = SplitVendors.Make();
        mealMe.OnConfirm = (_, _) => Task.FromResult<ConfirmOutcome>(
            new ConfirmOutcome.Failed(ProviderFailure.Timeout(ProviderId.MealMe, 10), false));
        mealMe.OnFind = _ => new LookupOutcome.Unknown("no answer");
        await using var app = await ConfirmCalls.StartAsync(mealMe, kroger);
        var token = await TokenAsync(app);
        await app.ConfirmAsync(token);
        mealMe.OnFind = _ => new LookupOutcome.Dead("canceled");

        await RecoverAsync(app);
        var answer = await app.ConfirmAsync(token);

        Assert.That(answer.Error(), Is.EqualTo("PARTIALLY_CONFIRMED"));
        Assert.That(SplitVendors.Statuses(answer), Is.EqualTo(new[] { "KROGER_API:placed", "MEALME:failed" }));
        Assert.That(await app.ScalarAsync<long>("select count(*) from commerce.orders"), Is.EqualTo(1));
    }

    private static async Task<string> TokenAsync(RouterFixture app)
    {
        var body = await app.RouteAsync(Baskets.Three(SplitVendors.Allowed));
        Assert.That(body.GetProperty("isSplitOrder").GetBoolean(), Is.True);
        return body.GetProperty("confirmationToken").GetString()!;
    }

    private static async Task RecoverAsync(RouterFixture app)
    {
        await app.ExecuteAsync("update commerce.routing_sessions set updated_at = now() - interval '3 min'");
        await app.Services.GetRequiredService<RecoverConfirmationsJob>().RunAsync(
            new JobRun(Guid.NewGuid(), JobRun.Timer, 1, TimeProvider.System.GetUtcNow()), CancellationToken.None);
    }
}
