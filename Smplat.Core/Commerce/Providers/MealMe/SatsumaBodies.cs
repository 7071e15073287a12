using System.Text.Json.Serialization;

namespace Smplat.Core.Commerce.Providers.MealMe;

internal sealed record SatsumaGeocode(SatsumaPoint? Data);

/// <summary>GeoJSON: longitude before latitude.</summary>
internal sealed record SatsumaPoint(IReadOnlyList<double>? Coordinates);

/// <summary>The one answer of the dialect whose names are in camel case.</summary>
internal sealed record SatsumaProduct(
    string? Id,
    string? Name,
    decimal? Price,
    string? Size,
    string? Upc,
    bool? Available,
    [property: JsonPropertyName("locationId")] string? LocationId,
    [property: JsonPropertyName("merchantName")] string? MerchantName);

internal sealed record SatsumaCartRequest(string LocationId, string UserId, string Status);

internal sealed record SatsumaItemRequest(string ProductId, string ProductName, int Quantity);

internal sealed record SatsumaCart(string? Id, string? LocationId, decimal? Subtotal, IReadOnlyList<SatsumaItem>? Items);

internal sealed record SatsumaItem(string? ProductId, string? ProductName, int? Quantity, decimal? Price);

internal sealed record SatsumaOrderRequest(
    string LocationId,
    string FulfillmentMethod,
    SatsumaCustomer Customer,
    IReadOnlyList<SatsumaOrderLine> Items,
    int Tip,
    string? DropoffInstructions);

internal sealed record SatsumaOrderLine(string ProductId, int Quantity);

internal sealed record SatsumaCustomer(string Id, string Name, string PhoneNumber, string Email, SatsumaAddress Address);

internal sealed record SatsumaAddress(string? StreetAddress, string City, string? Region, string PostalCode, string Country);

internal sealed record SatsumaSubmit(string? PaymentMethodId);

internal sealed record SatsumaOrderAnswer(SatsumaOrder? Data);

internal sealed record SatsumaOrder(
    string? Id,
    string? Status,
    string? Currency,
    decimal? Tip,
    decimal? Subtotal,
    decimal? Tax,
    decimal? Total,
    IReadOnlyList<SatsumaFee>? Fees,
    IReadOnlyList<SatsumaItem>? Items);

internal sealed record SatsumaFee(string? Type, decimal? Amount);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SatsumaGeocode))]
[JsonSerializable(typeof(IReadOnlyList<SatsumaProduct>))]
[JsonSerializable(typeof(SatsumaCartRequest))]
[JsonSerializable(typeof(SatsumaItemRequest))]
[JsonSerializable(typeof(SatsumaCart))]
[JsonSerializable(typeof(SatsumaOrderRequest))]
[JsonSerializable(typeof(SatsumaSubmit))]
[JsonSerializable(typeof(SatsumaOrderAnswer))]
internal sealed partial class SatsumaJson : JsonSerializerContext;
