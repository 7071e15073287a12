using Smplat.Core.Commerce.Providers;

namespace Smplat.Core.Commerce.Scoring;

/// <summary>
/// What a basket would cost if it were whole: each missing item is added at the middle price of those who have it, else at
/// the caller's own idea of it, else at a rough price per unit, plus 10 percent for the trouble of getting it elsewhere.
/// </summary>
internal static class ComparableBasket
{
    private const long RoughUnitCents = 500;
    private const int WithPenaltyPercent = 110;

    /// <returns>Null when the basket is whole.</returns>
    public static long? TotalOf(ProviderQuote quote, IReadOnlyList<ProviderQuote> all, IReadOnlyList<RequestedItem> items)
    {
        if (quote.Cart.Count >= items.Count)
        {
            return null;
        }

        var held = quote.Cart.Select(line => line.ClientItemId).ToHashSet(StringComparer.Ordinal);
        var missing = items.Where(item => !held.Contains(item.Id)).Sum(item => Price(item, all));
        return quote.Quote.TotalCents + Cents.Round(missing * WithPenaltyPercent / 100m);
    }

    private static long Price(RequestedItem item, IReadOnlyList<ProviderQuote> all)
    {
        var prices = all
            .Select(quote => quote.Cart.FirstOrDefault(line => line.ClientItemId == item.Id)?.LineCents)
            .OfType<long>()
            .Order()
            .ToArray();
        return prices.Length > 0
            ? Cents.Round((prices[(prices.Length - 1) / 2] + prices[prices.Length / 2]) / 2m)
            : Cents.Line(item.PriceHintCents ?? RoughUnitCents, item.Quantity);
    }
}
