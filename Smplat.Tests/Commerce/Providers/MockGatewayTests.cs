using Smplat.Core.Commerce.Providers;
using Smplat.Tests.Commerce.Support;
using Smplat.Tests.Support;

namespace Smplat.Tests.Commerce.Providers;

/// <summary>Acceptance lists K and W where they concern mocks, and the published totals.</summary>
public sealed class MockGatewayTests
{
    private static readonly QuoteRequest Three = Quotes.Request("Chicken Breast", "Brown Rice", "Broccoli") with
    {
        Items =
        [
            new RequestedItem("1", "Chicken Breast", 2, "lbs"),
            new RequestedItem("2", "Brown Rice", 1, "bag"),
            new RequestedItem("3", "Broccoli", 3, "lbs"),
        ],
    };

    [TestCase(ProviderId.MealMe, 7794, 499, 624, 8917)]
    [TestCase(ProviderId.Instacart, 6894, 599, 552, 8045)]
    [TestCase(ProviderId.KrogerApi, 6594, 0, 495, 7089)]
    [TestCase(ProviderId.WalmartApi, 5994, 795, 420, 7209)]
    public async Task Three_lines_cost_what_is_published(ProviderId id, long subtotal, long fees, long tax, long total) =>
        Assert.That(Amounts(await QuoteAsync(id, Three)), Is.EqualTo((subtotal, fees, tax, total)));

    [TestCase(ProviderId.MealMe, 1299, 499, 104, 1902)]
    [TestCase(ProviderId.Instacart, 1149, 599, 92, 1840)]
    [TestCase(ProviderId.KrogerApi, 1099, 995, 82, 2176)]
    [TestCase(ProviderId.WalmartApi, 999, 795, 70, 1864)]
    public async Task One_unit_costs_what_is_published(ProviderId id, long subtotal, long fees, long tax, long total) =>
        Assert.That(Amounts(await QuoteAsync(id, Quotes.Request("Test"))), Is.EqualTo((subtotal, fees, tax, total)));

    [TestCase(ProviderId.MealMe, "mealme", "mealme.ai", 35, 30, 45)]
    [TestCase(ProviderId.Instacart, "instacart", "www.instacart.com", 52, 45, 60)]
    [TestCase(ProviderId.KrogerApi, "kroger", "www.kroger.com", 150, 120, 240)]
    [TestCase(ProviderId.WalmartApi, "walmart", "www.walmart.com", 90, 60, 120)]
    [Prevents("P-5")]
    public async Task A_mock_quote_is_complete_and_marked_as_a_mock(
        ProviderId id, string source, string host, int eta, int min, int max)
    {
        var config = Quotes.Config(id, priority: 77);

        var quote = await QuoteAsync(id, Three, config);

        Assert.Multiple(() =>
        {
            Assert.That(quote.Provider, Is.EqualTo(new QuotedProvider(id, config.Name, 77)));
            Assert.That(quote.ItemAvailability.Select(row => (row.ClientItemId, row.Status, row.InStock)), Is.EqualTo(
                Three.Items.Select(item => (item.Id, AvailabilityStatus.Found, true))));
            Assert.That(quote.Cart.Select(line => line.ClientItemId), Is.EqualTo(new[] { "1", "2", "3" }));
            Assert.That(quote.Quote.TotalCents, Is.EqualTo(quote.Quote.SubtotalCents + quote.Quote.FeesCents + quote.Quote.TaxCents));
            Assert.That(quote.Quote.EstimatedDeliveryMinutes, Is.EqualTo(eta));
            Assert.That(quote.Quote.EstimatedDelivery, Is.EqualTo(new DeliveryRange(min, max)));
            Assert.That(quote.Quote.Currency, Is.EqualTo("USD"));
            Assert.That(new Uri(quote.AffiliateUrl!).Host, Is.EqualTo(host));
            Assert.That(quote.AffiliateUrl, Does.Contain("LOOPGPT"));
            Assert.That(quote.Raw, Has.Property("Provider").EqualTo(source).And.Property("Mode").EqualTo("mock"));
            Assert.That(quote.Pricing, Is.EqualTo(PricingMode.Mock));
        });
    }

    [TestCase(10, 0)]
    [TestCase(4, 0)]
    [TestCase(3, 995)]
    [TestCase(1, 995)]
    public async Task Kroger_delivers_free_from_35_dollars(int units, long fee)
    {
        var quote = await QuoteAsync(ProviderId.KrogerApi, Quotes.Request([.. Enumerable.Repeat("Milk", units)]));

        Assert.That(quote.Quote.FeesCents, Is.EqualTo(fee));
    }

    [Test]
    public async Task Walmart_has_the_lowest_unit_price()
    {
        var prices = new Dictionary<ProviderId, long>();
        foreach (var id in ProviderIds.All)
        {
            prices[id] = (await QuoteAsync(id, Three)).Cart[0].PriceCents;
        }

        Assert.That(prices.MinBy(price => price.Value), Is.EqualTo(KeyValuePair.Create(ProviderId.WalmartApi, 999L)));
    }

    [Test]
    public async Task The_same_basket_gives_the_same_quote_at_another_time()
    {
        var clock = new FixedClock();
        var gateway = new MockGateway(ProviderId.MealMe, clock);
        var first = await QuoteAsync(gateway, Three);
        clock.Advance(TimeSpan.FromHours(1));

        var second = await QuoteAsync(gateway, Three);

        Assert.That(second.AffiliateUrl, Is.EqualTo(first.AffiliateUrl));
        Assert.That(second.Quote, Is.EqualTo(first.Quote));
    }

    [Test]
    public async Task Fractions_of_a_unit_are_rounded_half_up_by_the_line()
    {
        var request = Three with { Items = [new RequestedItem("1", "Cheese", 0.5m, "lb")] };

        var quote = await QuoteAsync(ProviderId.WalmartApi, request);

        Assert.That(quote.Quote.SubtotalCents, Is.EqualTo(500));
    }

    private static Task<ProviderQuote> QuoteAsync(ProviderId id, QuoteRequest request, ProviderConfig? config = null) =>
        QuoteAsync(new MockGateway(id, new FixedClock()), request, config);

    private static async Task<ProviderQuote> QuoteAsync(MockGateway gateway, QuoteRequest request, ProviderConfig? config = null)
    {
        var outcome = await gateway.QuoteAsync(request, config ?? Quotes.Config(gateway.Id), CancellationToken.None);
        return ((QuoteOutcome.Quoted)outcome).Quote;
    }

    private static (long, long, long, long) Amounts(ProviderQuote quote) =>
        (quote.Quote.SubtotalCents, quote.Quote.FeesCents, quote.Quote.TaxCents, quote.Quote.TotalCents);
}
