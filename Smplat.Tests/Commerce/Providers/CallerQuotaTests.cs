using Smplat.Core.Commerce.Providers;

namespace Smplat.Tests.Commerce.Providers;

/// <summary>Callers without a key cannot use up the vendor calls that callers with a key need.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class CallerQuotaTests
{
    private const ProviderId Walmart = ProviderId.WalmartApi;

    [Test]
    public async Task One_address_may_cause_only_so_many_calls_and_others_are_not_affected()
    {
        await using var fixture = await VendorFixture.StartAsync(("LOOPGPT_VENDOR_CALLS_PER_ADDRESS", "5"));

        var greedy = await fixture.FailedAsync(Walmart, Large("1.1.1.1"));
        var other = await fixture.QuotedAsync(Walmart, VendorFixture.Basket() with { Caller = new AnonymousCaller("2.2.2.2") });

        Assert.That(greedy.Code, Is.EqualTo(ProviderFailureCodes.QuotaExhausted));
        Assert.That(other.Cart, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task A_cached_answer_costs_the_caller_nothing()
    {
        await using var fixture = await VendorFixture.StartAsync(("LOOPGPT_VENDOR_CALLS_PER_ADDRESS", "4"));
        var caller = new AnonymousCaller("1.1.1.1");

        for (var time = 0; time < 5; time++)
            await fixture.QuotedAsync(Walmart, VendorFixture.Basket() with { Caller = caller, SpecialInstructions = $"{time}" });

        Assert.That(fixture.Vendors.Walmart.Calls.All, Has.Count.EqualTo(4), "a store and three products");
    }

    [Test]
    public async Task Callers_with_a_key_keep_their_share_however_many_addresses_ask()
    {
        await using var fixture = await VendorFixture.StartAsync(("WALMART_DAILY_LIMIT", "40"), ("LOOPGPT_VENDOR_KEYED_SHARE", "0.75"));
        for (var address = 0; address < 4; address++)
            await fixture.QuoteAsync(Walmart, Large($"10.0.0.{address}"));
        var open = fixture.Vendors.Walmart.Calls.All.Count;

        var keyed = await fixture.QuotedAsync(Walmart, VendorFixture.Basket());

        Assert.That(open, Is.InRange(4, 10));
        Assert.That(keyed.Cart, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task A_caller_with_a_key_who_waits_for_the_same_quote_asks_on_its_own_account()
    {
        await using var fixture = await VendorFixture.StartAsync(("LOOPGPT_VENDOR_KEYED_SHARE", "1"));
        var open = Enumerable.Range(0, 10).Select(number =>
            fixture.QuoteAsync(Walmart, VendorFixture.Basket() with { Caller = new AnonymousCaller($"{number}") }));
        var keyed = Enumerable.Range(0, 10).Select(_ => fixture.QuoteAsync(Walmart, VendorFixture.Basket()));

        var all = await Task.WhenAll(open.Zip(keyed).SelectMany(pair => new[] { pair.First, pair.Second }));

        Assert.That(all.Where((_, index) => index % 2 == 1), Has.All.TypeOf<QuoteOutcome.Quoted>());
    }

    [Test]
    public void An_address_is_written_nowhere()
    {
        var request = VendorFixture.Basket() with { Caller = new AnonymousCaller("192.0.2.7") };

        Assert.That(request.ToString(), Does.Not.Contain("192.0.2.7"));
        Assert.That(System.Text.Json.JsonSerializer.Serialize(request), Does.Not.Contain("192.0.2.7"));
    }

    private static QuoteRequest Large(string address)
    {
        var word = address.Replace('.', 'x');
        RequestedItem[] items = [.. Enumerable.Range(0, 30).Select(number => new RequestedItem($"i{number}", $"{word}thing{number} rice", 1))];
        return VendorFixture.Basket(items) with { Caller = new AnonymousCaller(address) };
    }
}
