using System.Text.Json.Serialization;

namespace Smplat.Core.Commerce.Providers.Kroger;

public sealed record KrogerToken(
    [property: JsonPropertyName("access_token")] string? AccessToken,
    [property: JsonPropertyName("expires_in")] int? ExpiresIn);

public sealed record KrogerLocations(IReadOnlyList<KrogerLocation>? Data);

public sealed record KrogerLocation(string? LocationId, string? Name, string? Chain, KrogerAddress? Address);

public sealed record KrogerAddress(string? AddressLine1, string? City, string? State, string? ZipCode);

public sealed record KrogerProducts(IReadOnlyList<KrogerProduct>? Data, KrogerMeta? Meta);

public sealed record KrogerMeta(KrogerPagination? Pagination);

public sealed record KrogerPagination(int? Total, int? Start, int? Limit);

public sealed record KrogerProduct(
    string? ProductId,
    string? Upc,
    string? Brand,
    string? Description,
    IReadOnlyList<string>? Categories,
    IReadOnlyList<KrogerItem>? Items);

public sealed record KrogerItem(
    string? ItemId, string? Size, string? SoldBy, KrogerInventory? Inventory, KrogerFulfillment? Fulfillment, KrogerPrice? Price);

public sealed record KrogerInventory(string? StockLevel);

public sealed record KrogerFulfillment(bool? Curbside, bool? Delivery, bool? Instore, bool? Shiptohome);

public sealed record KrogerPrice(decimal? Regular, decimal? Promo);

/// <summary>The store near an address, or that there is none.</summary>
public sealed record KrogerStore(string? Id, string? Name, string? Address);

/// <summary>A cart line for the vendor: a UPC and a number of packs.</summary>
public sealed record KrogerCartItem(string Upc, int Quantity, string Modality);

public sealed record KrogerCart(IReadOnlyList<KrogerCartItem> Items);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(KrogerToken))]
[JsonSerializable(typeof(KrogerLocations))]
[JsonSerializable(typeof(KrogerProducts))]
[JsonSerializable(typeof(KrogerStore))]
[JsonSerializable(typeof(KrogerCart))]
[JsonSerializable(typeof(IReadOnlyList<VendorProduct>))]
internal sealed partial class KrogerJson : JsonSerializerContext;
