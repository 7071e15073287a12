namespace Smplat.Core.Commerce.Providers;

/// <summary>A product as a vendor's search shows it, in our terms.</summary>
/// <param name="Reference">What the vendor's cart call needs when it is not the sku.</param>
/// <param name="SizeText">The vendor's own words, such as 16 oz or 12 ct.</param>
/// <param name="PriceCents">Price of one pack; a product without a price is not offered and never becomes one of these.</param>
/// <param name="IsDeliverable">False when the store sells it only over the counter.</param>
/// <param name="StoreId">The shop that has it, where one search covers several.</param>
public sealed record VendorProduct(
    string Sku,
    string Name,
    long PriceCents,
    string? Brand = null,
    string? Category = null,
    string? SizeText = null,
    string? Reference = null,
    bool IsInStock = true,
    bool IsDeliverable = true,
    string? StoreId = null,
    int? MostPacks = null);
