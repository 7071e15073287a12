using Smplat.Core.Commerce.Providers;

namespace Smplat.Tests.Commerce.Confirmation;

public sealed class PriceChangedTests
{
    /// <summary>The basket of six units was agreed at 60 dollars, so up to 61.20 is within the tolerance.</summary>
    [TestCase(1020, true)]
    [TestCase(900, true)]
    [TestCase(1021, false)]
    public async Task An_old_quote_is_requested_again_and_accepted_within_the_tolerance(long unitCents, bool isTaken)
    {
        var (mealMe, kroger) = ConfirmCalls.Vendors();
        await using var app = await ConfirmCalls.StartAsync(mealMe, kroger, ("LOOPGPT_REQUOTE_AFTER_SECONDS", "0"));
        var token = await app.TokenAsync();
        mealMe.At(unitCents);

        var answer = await app.ConfirmAsync(token);

        Assert.That(answer.GetProperty("success").GetBoolean(), Is.EqualTo(isTaken), answer.GetRawText());
        Assert.That(mealMe.QuoteCount, Is.EqualTo(2));
    }

    [Test]
    public async Task A_more_expensive_basket_is_shown_and_confirming_again_accepts_it()
    {
        var (mealMe, kroger) = ConfirmCalls.Vendors();
        await using var app = await ConfirmCalls.StartAsync(mealMe, kroger, ("LOOPGPT_REQUOTE_AFTER_SECONDS", "0"));
        var token = await app.TokenAsync();
        mealMe.At(1500);

        var asked = await app.ConfirmAsync(token);
        var accepted = await app.ConfirmAsync(token);

        Assert.That(asked.Error(), Is.EqualTo("PRICE_CHANGED"));
        Assert.That(asked.GetProperty("previousTotalCents").GetInt64(), Is.EqualTo(6000));
        Assert.That(asked.GetProperty("quote").GetProperty("totalCents").GetInt64(), Is.EqualTo(9000));
        Assert.That(accepted.GetProperty("success").GetBoolean(), Is.True);
        Assert.That(mealMe.LastConfirm!.Quote.Quote.TotalCents, Is.EqualTo(9000));
    }

    [Test]
    public async Task A_basket_that_lost_an_item_is_not_ordered_without_asking()
    {
        var (mealMe, kroger) = ConfirmCalls.Vendors();
        await using var app = await ConfirmCalls.StartAsync(mealMe, kroger, ("LOOPGPT_REQUOTE_AFTER_SECONDS", "0"));
        var token = await app.TokenAsync();
        mealMe.OnQuote = (request, config, _) =>
            Task.FromResult<QuoteOutcome>(new QuoteOutcome.Quoted(Smplat.Tests.Commerce.Support.Quotes.For(config, request, missing: "2")));

        var answer = await app.ConfirmAsync(token);

        Assert.That(answer.Error(), Is.EqualTo("PRICE_CHANGED"));
        Assert.That(mealMe.ConfirmCount, Is.Zero);
    }

    [Test]
    public async Task A_fresh_quote_is_not_requested_again()
    {
        var (mealMe, kroger) = ConfirmCalls.Vendors();
        await using var app = await ConfirmCalls.StartAsync(mealMe, kroger);

        await app.ConfirmAsync(await app.TokenAsync());

        Assert.That(mealMe.QuoteCount, Is.EqualTo(1));
    }

    [Test]
    public async Task A_mock_price_is_never_ordered_from_the_real_provider()
    {
        var (mealMe, kroger) = ConfirmCalls.Vendors();
        await using var app = await ConfirmCalls.StartAsync(mealMe, kroger, ("LOOPGPT_MEALME_MOCK", "true"));
        var token = await app.TokenAsync();
        app.Settings.Change(("LOOPGPT_MEALME_MOCK", "false"));

        var answer = await app.ConfirmAsync(token);

        Assert.That(mealMe.LastConfirm?.Quote.Pricing, Is.Not.EqualTo(PricingMode.Mock));
        Assert.That(answer.GetProperty("success").GetBoolean(), Is.True, "60 dollars is less than the invented 89.17");
        Assert.That(mealMe.LastConfirm!.Quote.Quote.TotalCents, Is.EqualTo(6000));
    }
}
