using System.Text.Json.Serialization;

namespace Smplat.Core.Commerce.Providers.MealMe;

internal sealed record MealMeGeocode(string? StreetNum, string? StreetName, string City, string? State, string Zipcode, string Country);

internal sealed record MealMePoint(double? Latitude, double? Longitude);

internal sealed record MealMeCarts(IReadOnlyList<MealMeFoundCart>? Carts);

internal sealed record MealMeFoundCart(string? StoreId, MealMeStore? Store, IReadOnlyList<MealMeFoundItem>? Items);

internal sealed record MealMeFoundItem(string? Query, IReadOnlyList<MealMeProduct>? Results);

internal sealed record MealMeStores(IReadOnlyList<MealMeStore>? Stores);

internal sealed record MealMeStore(
    [property: JsonPropertyName("_id")] string? Id, string? Name, MealMeAddress? Address, decimal? Miles);

internal sealed record MealMeAddress(string? StreetAddr, string? City, string? State, string? Zipcode);

internal sealed record MealMeProduct(
    string? ProductId, string? Name, long? Price, string? UnitSize, string? Upc, bool? IsAvailable, string? StoreId, string? StoreName);

internal sealed record MealMeLine(string ProductId, int Quantity, long ProductMarkedPrice);

internal sealed record MealMeCartRequest(
    IReadOnlyList<MealMeLine> Items, bool Pickup, string UserId, double UserLatitude, double UserLongitude, int DriverTipCents);

internal sealed record MealMeCart(
    string? CartId, string? StoreId, long? Subtotal, IReadOnlyList<MealMeItem>? Items, IReadOnlyList<MealMeDeliveryOption>? Quotes);

internal sealed record MealMeDeliveryOption(string? Service, long? DeliveryFeeCents, int? DeliveryTimeMin, int? DeliveryTimeMax);

internal sealed record MealMeItem(string? ProductId, string? Name, int? Quantity, long? BasePrice);

internal sealed record MealMeOrderRequest(
    IReadOnlyList<MealMeLine> Items,
    bool PlaceOrder,
    bool IncludeFinalQuote,
    bool Pickup,
    int DriverTipCents,
    string? UserStreetNum,
    string? UserStreetName,
    string UserCity,
    string? UserState,
    string UserZipcode,
    string UserCountry,
    string UserId,
    string UserName,
    string UserEmail,
    long UserPhone,
    string? PaymentMethodId,
    string? CustomerOrderId);

internal sealed record MealMeFinalize(string OrderId);

internal sealed record MealMeOrders(IReadOnlyList<MealMeOrder>? Orders);

internal sealed record MealMeOrder(
    string? OrderId,
    string? Status,
    long? Subtotal,
    string? TrackingLink,
    IReadOnlyList<MealMeItem>? Items,
    MealMeFinalQuote? FinalQuote);

internal sealed record MealMeFinalQuote(
    long? Subtotal,
    long? DeliveryFeeCents,
    long? ServiceFeeCents,
    long? SmallOrderFeeCents,
    long? SalesTaxCents,
    long? TotalWithoutTips,
    long? Tip,
    int? DeliveryTimeMin,
    int? DeliveryTimeMax);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(MealMeGeocode))]
[JsonSerializable(typeof(MealMePoint))]
[JsonSerializable(typeof(MealMeCarts))]
[JsonSerializable(typeof(MealMeStores))]
[JsonSerializable(typeof(MealMeCartRequest))]
[JsonSerializable(typeof(MealMeCart))]
[JsonSerializable(typeof(MealMeOrderRequest))]
[JsonSerializable(typeof(MealMeFinalize))]
[JsonSerializable(typeof(MealMeOrder))]
[JsonSerializable(typeof(MealMeOrders))]
[JsonSerializable(typeof(GeoPoint))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, decimal>))]
[JsonSerializable(typeof(IReadOnlyList<VendorProduct>))]
internal sealed partial class MealMeJson : JsonSerializerContext;
