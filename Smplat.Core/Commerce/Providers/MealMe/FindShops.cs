using Smplat.Core.Platform.Input;

namespace Smplat.Core.Commerce.Providers.MealMe;

/// <summary>Looks for shops or restaurants near a place.</summary>
public sealed record FindShops(GeoPoint Place, string? Query, string Kind, int Limit)
{
    private const int UsualLimit = 20;

    public static FindShops Read(Fields fields) => new(
        DeliveryFields.Place(fields),
        DeliveryFields.Optional(fields.Text("query", max: 200)),
        DeliveryFields.Kind(fields),
        fields.Integer("limit", 1, 100) ?? UsualLimit);
}
