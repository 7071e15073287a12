using System.Text.Json.Serialization;

namespace Smplat.Functions.Commerce.MealMe;

/// <param name="OrderId">Our order to which the quotes are kept.</param>
/// <param name="Address">Where to deliver; needed where the vendor quotes a delivery only for an address.</param>
public sealed record GetMealMeQuotesBody(
    [property: JsonPropertyName("cartId")] string CartId, string? Mode, Guid? OrderId, DeliveryAddressBody? Address)
{
    public const string Example =
        """
        {"cartId":"cart_000001","mode":"groceries"}
        """;
}
