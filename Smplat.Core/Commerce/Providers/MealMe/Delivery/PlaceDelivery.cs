using System.Text.Json;
using Smplat.Core.Commerce.Providers.Matching;
using Smplat.Core.Input;

namespace Smplat.Core.Commerce.Providers.MealMe.Delivery;

/// <summary>From a list of ingredients to a checkout page in one call.</summary>
public sealed record PlaceDelivery(CreateCart Cart, DeliveryAddress? Address)
{
    private const int MostIngredients = 200;

    public static PlaceDelivery Read(Fields fields)
    {
        var user = fields.RequiredText("chatgpt_user_id", max: 200);
        var place = DeliveryFields.Place(fields);
        var items = Ingredients(fields);
        return new PlaceDelivery(new CreateCart(user, place, items, DeliveryFields.Kind(fields)), DeliveryFields.Address(fields));
    }

    /// <summary>Lines of text, or objects with a name and a quantity.</summary>
    private static List<RequestedItem> Ingredients(Fields fields)
    {
        var items = new List<RequestedItem>();
        if (!fields.Json.TryGetProperty("ingredients", out var list) || list.ValueKind != JsonValueKind.Array
            || list.GetArrayLength() is 0 or > MostIngredients)
        {
            fields.Error("ingredients", $"A list of 1 to {MostIngredients} ingredients is expected.");
            return items;
        }

        foreach (var entry in list.EnumerateArray())
        {
            if (TryText(entry) is { Length: > 0 and <= 200 } text && IngredientText.Read(text, items.Count) is { } item)
            {
                items.Add(item);
            }
            else
            {
                fields.Error("ingredients", "An ingredient is a text of 1 to 200 characters, or an object with a name.");
                break;
            }
        }

        return items;
    }

    private static string? TryText(JsonElement entry)
    {
        try
        {
            return Text(entry);
        }
        catch (InvalidOperationException)
        {
            // A text with half a surrogate pair.
            return null;
        }
    }

    private static string? Text(JsonElement entry) => entry.ValueKind switch
    {
        JsonValueKind.String => entry.GetString(),
        JsonValueKind.Object when entry.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String =>
            $"{Part(entry, "quantity")} {Part(entry, "unit")} {name.GetString()}".Trim(),
        _ => null,
    };

    private static string Part(JsonElement entry, string name) => entry.TryGetProperty(name, out var value)
        ? value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.Number => value.GetRawText(),
            _ => "",
        }
        : "";
}
