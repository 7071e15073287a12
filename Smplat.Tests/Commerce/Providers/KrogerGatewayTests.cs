using Smplat.Core.Commerce.Providers;
using Smplat.Tests.Commerce.Support;

namespace Smplat.Tests.Commerce.Providers;

[Parallelizable(ParallelScope.All)]
public sealed class KrogerGatewayTests
{
    private const ProviderId Kroger = ProviderId.KrogerApi;

    [Test]
    public async Task A_basket_is_priced_with_the_store_s_own_prices()
    {
        await using var fixture = await VendorFixture.StartAsync();

        var quote = await fixture.QuotedAsync(Kroger);

        Assert.Multiple(() =>
        {
            Assert.That(quote.Cart.Select(line => line.ClientItemId), Is.EqualTo(new[] { "chicken", "rice", "broccoli" }));
            Assert.That(quote.Cart.Select(line => line.Packs), Is.EqualTo(new int?[] { 2, 1, 3 }));
            Assert.That(quote.Cart[0].Name, Is.EqualTo("Kroger Boneless Skinless Chicken Breast"));
            Assert.That(quote.Cart[0].VendorReference, Has.Length.EqualTo(13), "the cart call needs the UPC");
            Assert.That(quote.Quote.SubtotalCents, Is.EqualTo(quote.Cart.Sum(line => line.LineCents)));
            Assert.That(quote.Quote.TotalCents, Is.EqualTo(quote.Quote.SubtotalCents + quote.Quote.FeesCents + quote.Quote.TaxCents));
            Assert.That(quote.Store!.Id, Is.EqualTo("94102101"));
            Assert.That(quote.Pricing, Is.EqualTo(PricingMode.Live));
            Assert.That(quote.Raw!.Mode, Is.EqualTo("real"));
            Assert.That(quote.AffiliateUrl, Does.Contain("kroger.com").And.Contain("LOOPGPT"));
        });
    }

    [Test]
    [Prevents("P-4")]
    public async Task What_the_vendor_does_not_quote_is_marked_as_estimated()
    {
        await using var fixture = await VendorFixture.StartAsync();

        var quote = await fixture.QuotedAsync(Kroger);

        Assert.That(quote.Estimates, Is.EquivalentTo(new[] { "fees", "tax", "eta" }));
        Assert.That(quote.Quote.TaxCents, Is.Zero, "California does not tax food for the home");
        Assert.That(quote.Warnings, Has.Some.Contains("estimates"));
    }

    [Test]
    public async Task The_choice_does_not_depend_on_the_order_in_which_the_vendor_lists_products()
    {
        var picks = new HashSet<string?>();
        for (var turn = 0; turn < 4; turn++)
        {
            await using var fixture = await VendorFixture.StartAsync();
            for (var search = 0; search < turn; search++)
            {
                fixture.Vendors.Kroger.Products.Search(new Microsoft.AspNetCore.Http.DefaultHttpContext
                {
                    Request = { QueryString = new Microsoft.AspNetCore.Http.QueryString("?filter.term=milk") },
                });
            }

            var quote = await fixture.QuotedAsync(Kroger, VendorFixture.Basket(new RequestedItem("m", "milk", 1, "gal")));
            picks.Add(quote.Cart[0].ProviderSku);
        }

        Assert.That(picks, Has.Count.EqualTo(1));
    }

    [Test]
    [Prevents("P-2")]
    public async Task One_token_serves_a_whole_basket_and_the_next_one()
    {
        await using var fixture = await VendorFixture.StartAsync();

        await Task.WhenAll(
            fixture.QuotedAsync(Kroger),
            fixture.QuotedAsync(Kroger, VendorFixture.Basket(new RequestedItem("a", "apples", 2, "lb"))),
            fixture.QuotedAsync(Kroger, VendorFixture.Basket(new RequestedItem("b", "butter", 1))));

        Assert.That(fixture.Vendors.Kroger.Calls.CountOf("/connect/oauth2/token"), Is.EqualTo(1));
    }

    [Test]
    [Prevents("P-2")]
    public async Task A_refused_token_is_dropped_and_the_call_is_repeated()
    {
        await using var fixture = await VendorFixture.StartAsync();
        await fixture.QuotedAsync(Kroger);

        fixture.Vendors.Kroger.Tokens.ExpireAll();
        var quote = await fixture.QuotedAsync(Kroger, VendorFixture.Basket(new RequestedItem("b", "butter", 1)));

        Assert.That(quote.Cart, Has.Count.EqualTo(1));
        Assert.That(fixture.Vendors.Kroger.Calls.CountOf("/connect/oauth2/token"), Is.EqualTo(2));
    }

    [Test]
    public async Task A_token_is_renewed_a_minute_before_it_expires()
    {
        var clock = new ShiftedClock();
        await using var fixture = await VendorFixture.StartAsync(clock);
        await fixture.QuotedAsync(Kroger);

        clock.Shift(TimeSpan.FromSeconds(1741));
        await fixture.QuotedAsync(Kroger, VendorFixture.Basket(new RequestedItem("b", "butter", 1)));

        Assert.That(fixture.Vendors.Kroger.Calls.CountOf("/connect/oauth2/token"), Is.EqualTo(2));
        Assert.That(fixture.Vendors.Kroger.Calls.All.Select(call => call.Status), Has.None.EqualTo(401));
    }

    [Test]
    [Prevents("P-0")]
    public async Task Wrong_credentials_end_the_quote_and_never_sell_an_empty_basket()
    {
        await using var fixture = await VendorFixture.StartAsync(("KROGER_CLIENT_SECRET", "stale"));

        var failure = await fixture.FailedAsync(Kroger);

        Assert.That(failure.Code, Is.EqualTo(ProviderFailureCodes.AuthFailed));
        Assert.That(failure.Retryable, Is.False);
        Assert.That(fixture.Vendors.Kroger.Calls.CountOf("/products"), Is.Zero);
    }

    [Test]
    [Prevents("P-2")]
    public async Task A_store_that_gives_no_prices_has_none_of_the_items()
    {
        await using var fixture = await VendorFixture.StartAsync();
        fixture.Vendors.Kroger.Products.HidePrices = true;

        var failure = await fixture.FailedAsync(Kroger);

        Assert.That(failure.Code, Is.EqualTo(ProviderFailureCodes.NoItemsMatched));
    }

    [Test]
    public async Task An_address_without_a_store_is_looked_up_once_an_hour()
    {
        await using var fixture = await VendorFixture.StartAsync();

        var first = await fixture.FailedAsync(Kroger, VendorFixture.BasketTo("99950"));
        var second = await fixture.FailedAsync(Kroger, VendorFixture.BasketTo("99950", new RequestedItem("e", "eggs", 1)));

        Assert.That(new[] { first.Code, second.Code }, Is.All.EqualTo(ProviderFailureCodes.NoStores));
        Assert.That(fixture.Vendors.Kroger.Calls.CountOf("/locations"), Is.EqualTo(1));
    }

    [Test]
    [Prevents("P-2")]
    public async Task What_is_out_of_stock_is_unavailable_and_the_rest_is_still_quoted()
    {
        await using var fixture = await VendorFixture.StartAsync();

        var quote = await fixture.QuotedAsync(Kroger, VendorFixture.Basket(
            new RequestedItem("s", "spinach", 1), new RequestedItem("b", "bananas", 6)));

        Assert.That(
            quote.ItemAvailability.Select(row => row.Status),
            Is.EqualTo(new[] { AvailabilityStatus.Unavailable, AvailabilityStatus.Found }));
        Assert.That(quote.Cart.Single().Packs, Is.EqualTo(6));
    }

    [Test]
    public async Task A_linked_shopper_s_cart_is_filled_once_however_often_the_order_is_confirmed()
    {
        await using var fixture = await VendorFixture.StartAsync();
        var quote = await fixture.QuotedAsync(Kroger);
        var token = fixture.Vendors.Kroger.Tokens.Issue("cart.basic:write product.compact", "shopper-7");
        var basket = VendorFixture.Basket() with { User = new UserContext(KrogerAccessToken: token) };
        var confirm = new ConfirmRequest(Guid.NewGuid(), "key-1", "user-1", basket, quote, null);

        var first = await fixture.Gateway(Kroger).ConfirmAsync(confirm, VendorFixture.Config(Kroger), default);
        var second = await fixture.Gateway(Kroger).ConfirmAsync(confirm, VendorFixture.Config(Kroger), default);

        Assert.That(first, Is.TypeOf<ConfirmOutcome.HandedOff>());
        Assert.That(second, Is.EqualTo(first));
        Assert.That(fixture.Vendors.Kroger.Carts.Of("shopper-7").Values, Is.EquivalentTo(new[] { 2, 1, 3 }));
    }

    [Test]
    public async Task Without_a_linked_account_the_shopper_is_handed_over_to_a_search()
    {
        await using var fixture = await VendorFixture.StartAsync();
        var quote = await fixture.QuotedAsync(Kroger);
        var confirm = new ConfirmRequest(Guid.NewGuid(), "key-1", null, VendorFixture.Basket(), quote, null);

        var outcome = await fixture.Gateway(Kroger).ConfirmAsync(confirm, VendorFixture.Config(Kroger), default);

        Assert.That(outcome, Is.TypeOf<ConfirmOutcome.HandedOff>()
            .With.Property(nameof(ConfirmOutcome.HandedOff.CheckoutUrl)).Contains("kroger.com/search"));
        Assert.That(fixture.Vendors.Kroger.Calls.CountOf("/cart/add"), Is.Zero);
    }

    [Test]
    public async Task A_revoked_key_shows_in_health()
    {
        await using var fixture = await VendorFixture.StartAsync(("KROGER_CLIENT_SECRET", "stale"));

        var health = await fixture.Gateway(Kroger).CheckHealthAsync(VendorFixture.Config(Kroger), default);

        Assert.That(health.IsHealthy, Is.False);
        Assert.That(health.Error, Does.Contain("credentials").And.Not.Contain("stale"));
    }

    [Test]
    public async Task Health_is_asked_for_at_most_every_thirty_seconds()
    {
        await using var fixture = await VendorFixture.StartAsync();

        for (var time = 0; time < 5; time++)
        {
            Assert.That((await fixture.Gateway(Kroger).CheckHealthAsync(VendorFixture.Config(Kroger), default)).IsHealthy);
        }

        Assert.That(fixture.Vendors.Kroger.Calls.All, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Changed_credentials_are_used_without_a_restart()
    {
        await using var fixture = await VendorFixture.StartAsync();
        await fixture.QuotedAsync(Kroger);
        fixture.Vendors.Kroger.ClientSecret = "rotated";
        fixture.Vendors.Kroger.Tokens.ExpireAll();

        var before = await fixture.FailedAsync(Kroger, VendorFixture.Basket(new RequestedItem("b", "butter", 1)));
        fixture.Set("KROGER_CLIENT_SECRET", "rotated");
        var after = await fixture.QuotedAsync(Kroger, VendorFixture.Basket(new RequestedItem("b", "butter", 1)));

        Assert.That(before.Code, Is.EqualTo(ProviderFailureCodes.AuthFailed));
        Assert.That(after.Cart, Has.Count.EqualTo(1));
    }
}
