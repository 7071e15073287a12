using Smplat.Core.Commerce.Providers.Matching;

namespace Smplat.Core.Commerce.Providers.MealMe.Wire;

/// <summary>What the shops near a place have for each item, in the order of the items. Products name their shop.</summary>
public sealed record AggregatorOffer(
    IReadOnlyList<AggregatorShop> Shops, IReadOnlyList<IReadOnlyList<VendorProduct>> ByItem);
