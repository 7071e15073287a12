using Smplat.Core.Commerce.Providers;
using Smplat.FakeVendors.Hosting;

namespace Smplat.Tests.Commerce.Providers;

/// <summary>One search of a basket that fails does not cost the others their quote; what concerns every call does.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class SearchFailureTests
{
    private static readonly RequestedItem[] Items =
        [new("r", "brown rice", 1), new("s", "salted butter", 1), new("u", "sugar", 1)];

    [TestCase(ProviderId.WalmartApi, 400)]
    [TestCase(ProviderId.WalmartApi, 500)]
    [TestCase(ProviderId.WalmartApi, 404)]
    [TestCase(ProviderId.KrogerApi, 400)]
    [TestCase(ProviderId.KrogerApi, 500)]
    public async Task An_item_whose_search_fails_is_unavailable_and_the_rest_is_quoted(ProviderId id, int status)
    {
        await using var fixture = await VendorFixture.StartAsync();
        VendorsUnderTest.Of(fixture.Vendors, id).Faults.Always(new Fault.Status(status), SearchOf(id, "sugar"));

        var quote = await fixture.QuotedAsync(id, VendorFixture.Basket(Items));

        Assert.That(quote.ItemAvailability.Select(row => row.Status), Is.EqualTo(new[]
        {
            AvailabilityStatus.Found, AvailabilityStatus.Found, AvailabilityStatus.Unavailable,
        }));
        Assert.That(quote.Warnings, Has.Some.Contains("sugar").And.Contains("failed"));
    }

    [Test]
    public async Task Broken_answers_to_one_search_of_satsuma_cost_one_item()
    {
        await using var fixture = await VendorFixture.StartAsync(satsuma: true);
        fixture.Vendors.Satsuma.Faults.Always(new Fault.Status(500), "/product?query=sugar");

        var quote = await fixture.QuotedAsync(ProviderId.MealMe, VendorFixture.Basket(Items));

        Assert.That(quote.ItemAvailability[2].Status, Is.EqualTo(AvailabilityStatus.Unavailable));
        Assert.That(quote.ItemAvailability[0].InStock, Is.True);
        Assert.That(quote.Warnings, Has.Some.Contains("failed"));
    }

    [Test]
    public async Task A_quote_without_all_searches_is_not_cached()
    {
        await using var fixture = await VendorFixture.StartAsync();
        fixture.Vendors.Walmart.Faults.Next(new Fault.Status(500), path: SearchOf(ProviderId.WalmartApi, "sugar"));
        await fixture.QuotedAsync(ProviderId.WalmartApi, VendorFixture.Basket(Items));

        var again = await fixture.QuotedAsync(ProviderId.WalmartApi, VendorFixture.Basket(Items));

        Assert.That(again.ItemAvailability[2].Status, Is.EqualTo(AvailabilityStatus.Found));
    }

    [TestCase(401, "HTTP_401")]
    [TestCase(403, "HTTP_403")]
    [TestCase(429, "HTTP_429")]
    public async Task Credentials_and_quota_end_the_quote(int status, string code)
    {
        await using var fixture = await VendorFixture.StartAsync();
        fixture.Vendors.Walmart.Faults.Always(new Fault.Status(status), SearchOf(ProviderId.WalmartApi, "sugar"));

        Assert.That((await fixture.FailedAsync(ProviderId.WalmartApi, VendorFixture.Basket(Items))).Code, Is.EqualTo(code));
    }

    [Test]
    public async Task A_lost_connection_ends_the_quote()
    {
        await using var fixture = await VendorFixture.StartAsync();
        fixture.Vendors.Walmart.Faults.Always(new Fault.ConnectionDrop(), SearchOf(ProviderId.WalmartApi, "sugar"));

        Assert.That(
            (await fixture.FailedAsync(ProviderId.WalmartApi, VendorFixture.Basket(Items))).Code, Is.EqualTo(ProviderFailureCodes.Unavailable));
    }

    [Test]
    public async Task When_every_search_fails_the_provider_has_failed_and_is_not_asked_for_all_of_a_large_basket()
    {
        await using var fixture = await VendorFixture.StartAsync();
        fixture.Vendors.Walmart.Faults.Always(new Fault.Status(500), "/api-proxy/service/affil/product/v2/search");
        RequestedItem[] many = [.. Enumerable.Range(0, 60).Select(number => new RequestedItem($"i{number}", $"thing{number} rice", 1))];

        var failure = await fixture.FailedAsync(ProviderId.WalmartApi, VendorFixture.Basket(many));

        Assert.That(failure.Code, Is.EqualTo("HTTP_500"));
        Assert.That(fixture.Vendors.Walmart.Calls.CountOf("/search"), Is.LessThan(30));
    }

    private static string SearchOf(ProviderId id, string term) => id == ProviderId.KrogerApi
        ? $"/v1/products?filter.term={term}"
        : $"/api-proxy/service/affil/product/v2/search?query={term}";
}
