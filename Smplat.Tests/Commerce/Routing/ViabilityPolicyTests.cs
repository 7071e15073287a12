using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Routing;
using Smplat.Tests.Commerce.Support;

namespace Smplat.Tests.Commerce.Routing;

public sealed class ViabilityPolicyTests
{
    private static readonly QuoteRequest Basket = Quotes.Request("Milk", "Eggs");
    private static readonly ProviderQuote Good = Quotes.For(Quotes.Config(ProviderId.WalmartApi), Basket);

    [Test]
    public void A_whole_quote_is_usable() => Assert.That(Check(Good), Is.Null);

    [Test]
    public void A_quote_with_some_items_missing_is_usable() =>
        Assert.That(Check(Quotes.For(Quotes.Config(ProviderId.WalmartApi), Basket, missing: "i0")), Is.Null);

    [Test]
    [Prevents("S-4")]
    public void An_empty_basket_is_not_usable_however_cheap() =>
        Assert.That(Check(Quotes.For(Quotes.Config(ProviderId.WalmartApi), Basket, feeCents: 795, missing: ["i0", "i1"])), Is.EqualTo("NO_ITEMS_MATCHED"));

    private static IEnumerable<TestCaseData> Lies()
    {
        yield return Case("of another provider", Good with { Provider = Good.Provider with { Id = ProviderId.MealMe } });
        yield return Case("with a negative fee", Good with { Quote = Good.Quote with { FeesCents = -5000 } });
        yield return Case("with a free subtotal", Good with { Quote = Good.Quote with { SubtotalCents = 0 } });
        yield return Case("with a subtotal that is not its lines", Good with { Quote = Good.Quote with { SubtotalCents = 1 } });
        yield return Case("without its availability rows", Good with { ItemAvailability = [Good.ItemAvailability[0]] });
        yield return Case("with the same item twice", Good with { ItemAvailability = [Good.ItemAvailability[0], Good.ItemAvailability[0]] });
        yield return Case("with a line nobody asked for", Good with { Cart = [Good.Cart[0], Good.Cart[1] with { ClientItemId = "x" }] });

        static TestCaseData Case(string name, ProviderQuote quote) => new TestCaseData(quote).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Lies))]
    public void An_inconsistent_quote_is_a_failure_of_the_provider(ProviderQuote quote) => Assert.That(Check(quote), Is.EqualTo("BAD_ANSWER"));

    private static string? Check(ProviderQuote quote) => ViabilityPolicy.Check(quote, Basket, ProviderId.WalmartApi)?.Code;
}
