using System.Text.Json;
using System.Text.Json.Serialization;

namespace Smplat.Core.Commerce.Providers.Walmart;

internal sealed record WalmartSearch(int? TotalResults, int? NumItems, IReadOnlyList<WalmartItem>? Items);

internal sealed record WalmartItem(
    long? ItemId,
    string? Name,
    decimal? SalePrice,
    string? Upc,
    string? CategoryPath,
    string? BrandName,
    string? Stock,
    bool? AvailableOnline,
    bool? Marketplace,
    string? Size,
    int? MaxItemsInOrder);

internal sealed record WalmartStore(
    long? No, string? Name, string? StreetAddress, string? City, string? StateProvCode, string? Zip);

/// <summary>The store near an address, or that there is none.</summary>
internal sealed record WalmartNearest(string? Id, string? Name, string? Address);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(WalmartSearch))]
[JsonSerializable(typeof(IReadOnlyList<WalmartStore>))]
[JsonSerializable(typeof(WalmartNearest))]
[JsonSerializable(typeof(JsonDocument))]
[JsonSerializable(typeof(IReadOnlyList<VendorProduct>))]
internal sealed partial class WalmartJson : JsonSerializerContext;
