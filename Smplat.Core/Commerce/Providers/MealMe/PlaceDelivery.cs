using System.Globalization;
using System.Text.Json;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Commerce.Providers.MealMe;

/// <summary>From a list of ingredients to a checkout page in one call.</summary>
public sealed record PlaceDelivery(CreateCart Cart, DeliveryAddress? Address)
{
    private const int MostIngredients = 200;
    private const int MostPieces = 999;

    private static readonly InputMember Declared = new(
        "ingredients",
        InputShape.ListOf(
            InputShape.AnyOf(
                InputShape.Text(1, 200),
                InputShape.ObjectOf(
                    "Ingredient",
                    new("name", InputShape.Text(1, 200)) { IsRequired = true, IsNullable = false },
                    new("quantity", InputShape.AnyOf(InputShape.Number(0, MostPieces), InputShape.Text())) { Also = ["qty"] },
                    new("unit", InputShape.Text()))),
            1,
            MostIngredients))
    {
        IsRequired = true,
        IsNullable = false,
        Description = "Lines of a recipe, such as \"2 cups flour\", or objects",
    };

    public static PlaceDelivery Read(Fields fields)
    {
        var user = fields.RequiredText("chatgpt_user_id", max: 200, isFilled: true);
        var place = DeliveryFields.Place(fields);
        var items = Ingredients(fields);
        return new PlaceDelivery(new CreateCart(user, place, items, DeliveryFields.Kind(fields)), DeliveryFields.Address(fields));
    }

    /// <summary>Lines of text, or objects with a name and a quantity.</summary>
    private static List<RequestedItem> Ingredients(Fields fields)
    {
        fields.Declare(Declared);
        var items = new List<RequestedItem>();
        if (!fields.Json.TryGetProperty("ingredients", out var list) || list.ValueKind != JsonValueKind.Array
            || list.GetArrayLength() is 0 or > MostIngredients)
        {
            fields.Error("ingredients", $"A list of 1 to {MostIngredients} ingredients is expected.");
            return items;
        }

        foreach (var entry in list.EnumerateArray())
        {
            var (text, problem) = Text(entry);
            if (text is { Length: > 0 and <= 200 } && IngredientText.Read(text, items.Count) is { } item)
            {
                items.Add(item);
            }
            else
            {
                fields.Error(
                    string.Create(CultureInfo.InvariantCulture, $"ingredients.{items.Count}"),
                    problem ?? "A text of 1 to 200 characters that names something, of more than nothing, or an object with such a name is expected.");
                break;
            }
        }

        return items;
    }

    /// <summary>The entry as one line, or in words what is wrong with its members.</summary>
    private static (string? Text, string? Problem) Text(JsonElement entry)
    {
        if (entry.ValueKind != JsonValueKind.Object)
        {
            return (entry.Text(), null);
        }

        if (entry.Field("name")?.Text() is not { } name || !IngredientText.NamesSomething(name))
        {
            return (null, "name: a text that names something is expected.");
        }

        var quantity = entry.Field("quantity", "qty");
        var amount = quantity is { ValueKind: JsonValueKind.Number } ? quantity.Value.GetRawText() : quantity?.Text();
        if ((quantity is not null && amount is null) || quantity?.Number() is <= 0 or > MostPieces
            || (amount is not null && QuantityText.IsNonsense(amount)))
        {
            return (null, $"quantity: more than 0 and at most {MostPieces} is expected, as a number or a text.");
        }

        var unit = entry.Field("unit");
        return unit is not null && unit.Value.Text() is null
            ? (null, "unit: a text is expected.")
            : ($"{amount} {unit?.Text()} {name}".Trim(), null);
    }
}
