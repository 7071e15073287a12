using Smplat.Core.Commerce.Providers;
using Smplat.FakeVendors.MealMe;

namespace Smplat.Tests.Commerce.Providers;

/// <summary>The aggregator in both of its dialects; every test runs with each.</summary>
[TestFixture(false)]
[TestFixture(true)]
[Parallelizable(ParallelScope.All)]
public sealed class MealMeGatewayTests(bool satsuma)
{
    private const ProviderId MealMe = ProviderId.MealMe;

    [Test]
    public async Task A_basket_is_priced_to_the_cent_at_the_shop_that_has_most_of_it()
    {
        await using var fixture = await StartAsync();

        var quote = await fixture.QuotedAsync(MealMe);

        Assert.Multiple(() =>
        {
            Assert.That(quote.Store!.Name, Is.EqualTo("Valley Foods"), "the only one that lacks nothing");
            Assert.That(quote.Cart.Select(line => line.Packs), Is.EqualTo(new int?[] { 2, 1, 3 }));
            Assert.That(quote.Quote.SubtotalCents, Is.EqualTo(quote.Cart.Sum(line => line.LineCents)));
            Assert.That(quote.Quote.FeesCents, Is.EqualTo(quote.Fees.Sum(fee => fee.Cents)).And.GreaterThan(0));
            Assert.That(quote.Quote.TaxCents, Is.GreaterThan(0));
            Assert.That(quote.Pricing, Is.EqualTo(PricingMode.Live));
            Assert.That(quote.Estimates, satsuma ? Is.EqualTo(new[] { "eta" }) : Is.Null);
        });
    }

    [Test]
    public async Task A_quote_orders_nothing()
    {
        await using var fixture = await StartAsync();

        await fixture.QuotedAsync(MealMe);

        Assert.That(Orders(fixture).All.Select(order => order.TimesPlaced), Is.All.Zero);
    }

    [Test]
    public async Task An_address_that_no_shop_serves_has_no_store()
    {
        await using var fixture = await StartAsync();

        var failure = await fixture.FailedAsync(MealMe, VendorFixture.BasketTo("99703"));

        Assert.That(failure.Code, Is.EqualTo(ProviderFailureCodes.NoStores).Or.EqualTo(ProviderFailureCodes.NoItemsMatched));
    }

    [Test]
    public async Task A_basket_without_search_words_is_not_sent()
    {
        await using var fixture = await StartAsync();

        var failure = await fixture.FailedAsync(MealMe, VendorFixture.Basket(new RequestedItem("s", "?!", 1)));

        Assert.That(failure.Code, Is.EqualTo(ProviderFailureCodes.NoStores).Or.EqualTo(ProviderFailureCodes.NoItemsMatched));
    }

    [Test]
    public async Task Items_that_no_shop_sells_make_no_basket()
    {
        await using var fixture = await StartAsync();

        var failure = await fixture.FailedAsync(MealMe, VendorFixture.Basket(new RequestedItem("g", "flour gyroscope", 1)));

        Assert.That(failure.Code, Is.EqualTo(ProviderFailureCodes.NoItemsMatched));
    }

    [Test]
    public async Task A_revoked_key_is_a_failure_and_not_an_empty_basket()
    {
        await using var fixture = await StartAsync();
        fixture.Vendors.MealMe.RejectEveryone = true;
        fixture.Vendors.Satsuma.RejectEveryone = true;

        Assert.That((await fixture.FailedAsync(MealMe)).Message, Is.EqualTo("Unauthorized"));
    }

    [Test]
    public async Task A_probe_makes_a_real_call()
    {
        await using var fixture = await StartAsync();

        var health = await fixture.Gateway(MealMe).CheckHealthAsync(VendorFixture.Config(MealMe), default);

        Assert.That(health.IsHealthy, Is.True);
        Assert.That(VendorOf(fixture).Calls.All, Has.Count.EqualTo(1));
    }

    private Task<VendorFixture> StartAsync() => VendorFixture.StartAsync(satsuma);

    private Smplat.FakeVendors.Hosting.FakeVendor VendorOf(VendorFixture fixture) =>
        satsuma ? fixture.Vendors.Satsuma : fixture.Vendors.MealMe;

    private FakeAggregatorOrders Orders(VendorFixture fixture) => satsuma ? fixture.Vendors.Satsuma.Orders : fixture.Vendors.MealMe.Orders;
}
