using Smplat.Core.Platform.Input;

namespace Smplat.Core.Commerce.Providers.MealMe;

/// <summary>A basket to put into a cart of the shop that has most of it.</summary>
public sealed record CreateCart(string UserId, GeoPoint Place, IReadOnlyList<RequestedItem> Items, string Kind)
{
    private const int MostItems = 200;

    public static CreateCart Read(Fields fields)
    {
        var items = fields.List("items", MostItems, minCount: 1);
        return new CreateCart(
            fields.RequiredText("chatgpt_user_id", max: 200, isFilled: true),
            DeliveryFields.Place(fields),
            [.. items.Select(Item)],
            DeliveryFields.Kind(fields));
    }

    private static RequestedItem Item(Fields fields, int index)
    {
        var name = DeliveryFields.Name(fields);
        return new RequestedItem($"{Slug.Of(name)}-{index}", name, fields.Number("qty", 0.001m, 999, also: "quantity") ?? 1);
    }
}
