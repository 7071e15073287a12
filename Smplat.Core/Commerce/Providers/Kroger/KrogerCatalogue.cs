namespace Smplat.Core.Commerce.Providers.Kroger;

/// <summary>Reads Kroger's products and stores in our terms.</summary>
internal static class KrogerCatalogue
{
    /// <summary>Every variant of every product that has a price, as seasonal goods may not.</summary>
    public static IEnumerable<VendorProduct> Read(KrogerProducts answer)
    {
        foreach (var product in answer.Data ?? [])
        {
            foreach (var item in product?.Items ?? [])
            {
                if (product is { Description.Length: > 0, Upc.Length: > 0 } && item is not null && PriceOf(item.Price) is { } cents)
                {
                    yield return new VendorProduct(
                        item.ItemId ?? product.Upc,
                        product.Description,
                        cents,
                        product.Brand,
                        product.Categories is [var category, ..] ? category : null,
                        item.Size,
                        product.Upc,
                        item.Inventory?.StockLevel is not "TEMPORARILY_OUT_OF_STOCK",
                        item.Fulfillment is null or { Delivery: true } or { Curbside: true });
                }
            }
        }
    }

    public static KrogerStore Read(IReadOnlyList<KrogerLocation> locations) =>
        locations.FirstOrDefault(location => location is { LocationId.Length: > 0 }) is { } nearest
            ? new KrogerStore(nearest.LocationId, nearest.Name ?? nearest.Chain ?? "Kroger", AddressOf(nearest.Address))
            : new KrogerStore(null, null, null);

    /// <summary>A promotion of 0 means that there is none.</summary>
    private static long? PriceOf(KrogerPrice? price) => Dollars.ToCents(price?.Promo) ?? Dollars.ToCents(price?.Regular);

    private static string AddressOf(KrogerAddress? address) => address is null
        ? ""
        : $"{address.AddressLine1}, {address.City}, {address.State} {address.ZipCode}";
}
