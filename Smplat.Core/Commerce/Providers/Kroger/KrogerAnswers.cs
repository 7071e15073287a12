using System.Text.Json.Serialization;

namespace Smplat.Core.Commerce.Providers.Kroger;

internal sealed record KrogerToken(
    [property: JsonPropertyName("access_token")] string? AccessToken,
    [property: JsonPropertyName("expires_in")] int? ExpiresIn);

internal sealed record KrogerLocations(IReadOnlyList<KrogerLocation>? Data);

internal sealed record KrogerLocation(string? LocationId, string? Name, string? Chain, KrogerAddress? Address);

internal sealed record KrogerAddress(string? AddressLine1, string? City, string? State, string? ZipCode);

internal sealed record KrogerProducts(IReadOnlyList<KrogerProduct>? Data, KrogerMeta? Meta);

internal sealed record KrogerMeta(KrogerPagination? Pagination);

internal sealed record KrogerPagination(int? Total, int? Start, int? Limit);

internal sealed record KrogerProduct(
    string? ProductId,
    string? Upc,
    string? Brand,
    string? Description,
    IReadOnlyList<string>? Categories,
    IReadOnlyList<KrogerItem>? Items);

internal sealed record KrogerItem(
    string? ItemId, string? Size, string? SoldBy, KrogerInventory? Inventory, KrogerFulfillment? Fulfillment, KrogerPrice? Price);

internal sealed record KrogerInventory(string? StockLevel);

internal sealed record KrogerFulfillment(bool? Curbside, bool? Delivery, bool? Instore, bool? Shiptohome);

internal sealed record KrogerPrice(decimal? Regular, decimal? Promo);

/// <summary>The store near an address, or that there is none.</summary>
internal sealed record KrogerStore(string? Id, string? Name, string? Address);

/// <summary>A cart line for the vendor: a UPC and a number of packs.</summary>
internal sealed record KrogerCartItem(string Upc, int Quantity, string Modality);

internal sealed record KrogerCart(IReadOnlyList<KrogerCartItem> Items);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(KrogerToken))]
[JsonSerializable(typeof(KrogerLocations))]
[JsonSerializable(typeof(KrogerProducts))]
[JsonSerializable(typeof(KrogerStore))]
[JsonSerializable(typeof(KrogerCart))]
[JsonSerializable(typeof(IReadOnlyList<VendorProduct>))]
internal sealed partial class KrogerJson : JsonSerializerContext;
