using Smplat.Core.Commerce.Providers;
using Smplat.FakeVendors.Hosting;
using Smplat.Tests.Commerce.Support;

namespace Smplat.Tests.Commerce.Providers;

[Parallelizable(ParallelScope.All)]
public sealed class FanOutTests
{
    [TestCase(ProviderId.KrogerApi)]
    [TestCase(ProviderId.WalmartApi)]
    [Prevents("P-2")]
    public async Task The_items_of_a_basket_are_looked_up_eight_at_a_time(ProviderId id)
    {
        await using var fixture = await VendorFixture.StartAsync();
        var vendor = VendorsUnderTest.Of(fixture.Vendors, id);
        vendor.Faults.Always(new Fault.Latency(TimeSpan.FromMilliseconds(60)));
        RequestedItem[] items =
        [
            .. new[]
            {
                "milk", "eggs", "butter", "rice", "flour", "sugar", "salt", "honey", "coffee", "bacon", "onion", "garlic", "lemon",
                "banana", "apple", "carrot", "celery", "potato", "spaghetti", "water",
            }.Select(name => new RequestedItem(name, name, 1)),
        ];

        await fixture.QuotedAsync(id, VendorFixture.Basket(items));

        Assert.That(vendor.Calls.MostAtOnce, Is.InRange(2, 8));
    }

    [Test]
    public async Task The_first_refusal_stops_the_search_and_saves_quota()
    {
        await using var fixture = await VendorFixture.StartAsync();
        fixture.Vendors.Walmart.Faults.Always(new Fault.Status(401), "/api-proxy/service/affil/product/v2/search");
        RequestedItem[] items = [.. Enumerable.Range(0, 60).Select(number => new RequestedItem($"i{number}", $"thing{number} rice", 1))];

        var failure = await fixture.FailedAsync(ProviderId.WalmartApi, VendorFixture.Basket(items));

        Assert.That(failure.Code, Is.EqualTo("HTTP_401"));
        Assert.That(fixture.Vendors.Walmart.Calls.CountOf("/search"), Is.LessThan(30));
    }
}
