using Smplat.Core.Commerce.Providers.MealMe;

namespace Smplat.Functions.Commerce.MealMe;

public sealed record ShopsAnswer(bool Success, IReadOnlyList<ShopsAnswer.Shop> Results, int Count)
{
    public static ShopsAnswer From(IReadOnlyList<AggregatorShop> shops) =>
        new(true, [.. shops.Select(shop => new Shop(shop.Id, shop.Name, shop.Address, shop.Miles))], shops.Count);

    public sealed record Shop(string Id, string Name, string Address, decimal? Miles);
}
