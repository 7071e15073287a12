using System.Globalization;
using System.Text.Json;

namespace Smplat.Core.Commerce.Providers.Walmart;

/// <summary>Reads Walmart's items and stores in our terms.</summary>
internal static class WalmartCatalogue
{
    /// <summary>Items without a price are not offered; those of other sellers ship by parcel and are no groceries.</summary>
    public static IEnumerable<VendorProduct> Read(WalmartSearch answer)
    {
        foreach (var item in answer.Items ?? [])
        {
            if (item is { ItemId: { } id, Name.Length: > 0 } && Dollars.ToCents(item.SalePrice) is { } cents && item.Marketplace != true)
            {
                yield return new VendorProduct(
                    id.ToString(CultureInfo.InvariantCulture),
                    item.Name,
                    cents,
                    item.BrandName,
                    item.CategoryPath,
                    item.Size ?? SizeIn(item.Name),
                    item.Upc,
                    item.Stock is "Available" or "Limited Supply" or "Last few items",
                    item.AvailableOnline == true,
                    MostPacks: item.MaxItemsInOrder);
            }
        }
    }

    /// <summary>The body is a list, or an object around one; reports differ.</summary>
    public static WalmartNearest Read(JsonElement body)
    {
        var list = body.ValueKind == JsonValueKind.Object && body.TryGetProperty("stores", out var inner) ? inner : body;
        if (list.ValueKind != JsonValueKind.Array)
        {
            throw new JsonException("The store answer is neither a list nor an object with one.");
        }

        var stores = list.Deserialize(WalmartJson.Default.IReadOnlyListWalmartStore) ?? [];
        return stores.FirstOrDefault(store => store?.No is not null) is { } nearest
            ? new WalmartNearest(
                nearest.No!.Value.ToString(CultureInfo.InvariantCulture),
                nearest.Name ?? "Walmart",
                $"{nearest.StreetAddress}, {nearest.City}, {nearest.StateProvCode} {nearest.Zip}")
            : new WalmartNearest(null, null, null);
    }

    /// <summary>Names end in the size after the last comma when the field is missing.</summary>
    private static string? SizeIn(string name) =>
        name.LastIndexOf(',') is > 0 and var comma ? name[(comma + 1)..].Trim() : null;
}
