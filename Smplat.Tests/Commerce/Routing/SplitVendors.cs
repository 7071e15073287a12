using System.Text.Json;
using Smplat.Core.Commerce.Providers;
using Smplat.Tests.Commerce.Support;

namespace Smplat.Tests.Commerce.Routing;

/// <summary>Two vendors between which the order of three items is split.</summary>
internal static class SplitVendors
{
    public const string Allowed = ",\"userId\":\"u1\",\"preferences\":{\"allowSplitOrders\":true}";

    /// <summary>MealMe is cheap for the first item and Kroger for the others; each alone costs 100 dollars.</summary>
    public static (FakeGateway MealMe, FakeGateway Kroger) Make(long feeCents = 0) => (
        Priced(new FakeGateway(ProviderId.MealMe), first: 1000, others: 2000, feeCents),
        Priced(new FakeGateway(ProviderId.KrogerApi), first: 3000, others: 1000, feeCents));

    public static FakeGateway Priced(FakeGateway vendor, long first, long others, long feeCents = 0)
    {
        vendor.OnQuote = (request, config, _) => Task.FromResult<QuoteOutcome>(new QuoteOutcome.Quoted(
            Reprice(Quotes.For(config, request, feeCents: feeCents), line => line.ClientItemId == "1" ? first : others)));
        return vendor;
    }

    /// <summary>Provider and status of each part of a confirmation.</summary>
    public static IEnumerable<string> Statuses(JsonElement answer) =>
        answer.GetProperty("orders").EnumerateArray()
            .Select(part => $"{part.GetProperty("providerId").GetString()}:{part.GetProperty("status").GetString()}");

    private static ProviderQuote Reprice(ProviderQuote quote, Func<CartLine, long> price)
    {
        CartLine[] cart = [.. quote.Cart.Select(line => line with { PriceCents = price(line), LineCents = (long)(price(line) * line.Quantity) })];
        return quote with { Cart = cart, Quote = quote.Quote with { SubtotalCents = cart.Sum(line => line.LineCents) } };
    }
}
