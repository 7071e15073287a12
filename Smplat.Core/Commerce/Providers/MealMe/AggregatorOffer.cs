namespace Smplat.Core.Commerce.Providers.MealMe;

/// <summary>What the shops near a place have for each item, in the order of the items. Products name their shop.</summary>
public sealed record AggregatorOffer(
    IReadOnlyList<AggregatorShop> Shops, IReadOnlyList<IReadOnlyList<VendorProduct>> ByItem);
