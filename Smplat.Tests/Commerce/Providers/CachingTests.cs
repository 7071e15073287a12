using Smplat.Core.Commerce.Providers;
using Smplat.FakeVendors.Hosting;

namespace Smplat.Tests.Commerce.Providers;

[Parallelizable(ParallelScope.All)]
public sealed class CachingTests
{
    private const ProviderId Walmart = ProviderId.WalmartApi;

    [Test]
    public async Task The_same_basket_is_priced_once_at_a_time_however_many_ask()
    {
        await using var fixture = await VendorFixture.StartAsync();

        var quotes = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => fixture.QuotedAsync(Walmart)));

        Assert.That(quotes.Select(quote => quote.Quote.TotalCents).Distinct().Count(), Is.EqualTo(1));
        Assert.That(fixture.Vendors.Walmart.Calls.CountOf("/search"), Is.EqualTo(3), "one for each item");
        Assert.That(fixture.Vendors.Walmart.Calls.CountOf("/stores"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_cached_quote_keeps_the_time_of_the_vendor_call_and_follows_changed_priorities()
    {
        await using var fixture = await VendorFixture.StartAsync();
        var first = await fixture.QuotedAsync(Walmart);

        var again = await fixture.Gateway(Walmart).QuoteAsync(
            VendorFixture.Basket(), VendorFixture.Config(Walmart) with { Priority = 80 }, default);

        var quote = ((QuoteOutcome.Quoted)again).Quote;
        Assert.That(quote.FetchedAt, Is.EqualTo(first.FetchedAt));
        Assert.That(quote.Provider.Priority, Is.EqualTo(80));
    }

    [Test]
    public async Task A_fresh_quote_asks_the_vendor_even_when_one_is_cached()
    {
        await using var fixture = await VendorFixture.StartAsync();
        var first = await fixture.QuotedAsync(Walmart);

        var fresh = await fixture.QuotedAsync(Walmart, VendorFixture.Basket() with { Fresh = true });

        Assert.That(fresh.FetchedAt, Is.GreaterThan(first.FetchedAt));
    }

    [Test]
    public async Task A_recent_quote_replaces_a_failed_one_with_a_warning()
    {
        var clock = new ShiftedClock();
        await using var fixture = await VendorFixture.StartAsync(
            clock, null, ("LOOPGPT_QUOTE_CACHE_SECONDS", "60"), ("LOOPGPT_STORE_CACHE_SECONDS", "0"), ("LOOPGPT_SKU_CACHE_SECONDS", "0"));
        await fixture.QuotedAsync(Walmart);
        fixture.Vendors.Walmart.Faults.Always(new Fault.Status(500));

        clock.Shift(TimeSpan.FromSeconds(120));
        var standIn = await fixture.QuotedAsync(Walmart);
        clock.Shift(TimeSpan.FromSeconds(240));
        var failure = await fixture.FailedAsync(Walmart);

        Assert.That(standIn.Warnings, Has.Some.EqualTo(CachingGateway.CachedWarning));
        Assert.That(failure.Code, Is.EqualTo("HTTP_500"));
    }

    [Test]
    public async Task A_failure_is_never_cached()
    {
        await using var fixture = await VendorFixture.StartAsync();
        fixture.Vendors.Walmart.Faults.Next(new Fault.Status(500));

        await fixture.FailedAsync(Walmart);

        Assert.That((await fixture.QuotedAsync(Walmart)).Cart, Has.Count.EqualTo(3));
    }
}
