using Smplat.Core.Commerce.Providers.MealMe.Wire;
using Smplat.Core.Input;

namespace Smplat.Core.Commerce.Providers.MealMe.Delivery;

/// <summary>Fields that the delivery calls have in common.</summary>
internal static class DeliveryFields
{
    private static readonly string[] Modes = ["groceries", "restaurants"];

    public static GeoPoint Place(Fields fields) => new(
        (double)fields.RequiredNumber("latitude", -90, 90), (double)fields.RequiredNumber("longitude", -180, 180));

    /// <summary>The vendor's word for the mode; groceries when none is given.</summary>
    public static string Kind(Fields fields) => fields.Label("mode", Modes) == "restaurants" ? "restaurant" : "grocery";

    /// <summary>An address, for vendors that quote a delivery only with one.</summary>
    public static DeliveryAddress? Address(Fields fields) => fields.Nested("address") is { } address
        ? new DeliveryAddress(
            address.RequiredText("city", max: 100),
            address.RequiredText("postal_code", max: 20, also: "postalCode"),
            address.Text("country", 2, 2) ?? "US",
            address.Text("state", max: 10),
            address.Text("street", max: 200))
        : null;
}
