namespace Smplat.Core.Commerce.Providers.MealMe;

/// <summary>The shop that serves a basket: an order holds goods of one shop only.</summary>
internal sealed record ShopChoice(AggregatorShop Shop, MatchedBasket Basket)
{
    /// <summary>Most items found, then most that are exactly what was asked for, then cheapest, then smallest id. Null when no shop has anything.</summary>
    public static ShopChoice? Best(IReadOnlyList<RequestedItem> items, AggregatorOffer offer) => offer.Shops
        .Select(shop => new ShopChoice(shop, new MatchedBasket(
            [.. items.Select((item, index) => ProductMatcher.Match(item, offer.ByItem[index].Where(product => product.StoreId == shop.Id)))])))
        .Where(choice => !choice.Basket.IsEmpty)
        .OrderByDescending(choice => choice.Basket.Items.Count(item => item.Product is not null))
        .ThenByDescending(choice => choice.Basket.Items.Count(item => item is { Product: not null, IsSubstituted: false }))
        .ThenBy(choice => choice.Basket.SubtotalCents)
        .ThenBy(choice => choice.Shop.Id, StringComparer.Ordinal)
        .FirstOrDefault();

    /// <summary>One line per product; two items that are served by the same product share it.</summary>
    public IReadOnlyList<AggregatorLine> Lines =>
    [
        .. Basket.Items.Where(item => item.Product is not null)
            .GroupBy(item => item.Product!.Sku, StringComparer.Ordinal)
            .Select(group => new AggregatorLine(
                group.Key, group.First().Product!.Name, group.Sum(item => item.Packs), group.First().Product!.PriceCents)),
    ];
}
