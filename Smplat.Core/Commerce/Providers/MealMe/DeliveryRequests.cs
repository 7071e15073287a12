using System.Globalization;
using System.Text.Json;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Commerce.Providers.MealMe;

/// <summary>A basket to put into a cart of the shop that has most of it.</summary>
public sealed record CreateCart(string UserId, GeoPoint Place, IReadOnlyList<RequestedItem> Items, string Kind)
{
    private const int MaxItems = 200;

    public static CreateCart Read(Fields fields)
    {
        var items = fields.List("items", MaxItems, minCount: 1);
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

/// <summary>Asks for the cost and the duration of a cart's delivery.</summary>
/// <param name="OrderId">Our order with which the quotes are stored; null stores none.</param>
/// <param name="Address">Required where the vendor quotes a delivery only with an address.</param>
public sealed record GetDeliveryQuotes(string CartId, Guid? OrderId, DeliveryAddress? Address)
{
    public static GetDeliveryQuotes Read(Fields fields)
    {
        _ = DeliveryFields.Kind(fields);
        return new GetDeliveryQuotes(
            fields.RequiredText("cartId", max: 200, also: "cart_id", isFilled: true), fields.Guid("order_id", also: "orderId"), DeliveryFields.Address(fields));
    }
}

/// <summary>Asks for the vendor's checkout page of a cart.</summary>
public sealed record GetCheckoutUrl(string CartId, bool UseConnect)
{
    public static GetCheckoutUrl Read(Fields fields) => new(
        fields.RequiredText("cartId", max: 200, also: "cart_id", isFilled: true), fields.Flag("useConnect", also: "use_connect") ?? true);
}

/// <summary>Looks for shops or restaurants near a place.</summary>
public sealed record FindShops(GeoPoint Place, string? Query, string Kind, int Limit)
{
    private const int DefaultLimit = 20;

    public static FindShops Read(Fields fields) => new(
        DeliveryFields.Place(fields),
        DeliveryFields.Optional(fields.Text("query", max: 200)),
        DeliveryFields.Kind(fields),
        fields.Integer("limit", 1, 100) ?? DefaultLimit);
}

/// <summary>From a list of ingredients to a checkout page in one call.</summary>
public sealed record PlaceDelivery(CreateCart Cart, DeliveryAddress? Address)
{
    private const int MaxIngredients = 200;
    private const int MaxPieces = 999;

    private static readonly InputMember Declared = new(
        "ingredients",
        InputShape.ListOf(
            InputShape.AnyOf(
                InputShape.Text(1, 200),
                InputShape.ObjectOf(
                    "Ingredient",
                    new("name", InputShape.Text(1, 200)) { IsRequired = true, IsNullable = false },
                    new("quantity", InputShape.AnyOf(InputShape.Number(0, MaxPieces), InputShape.Text())) { Also = ["qty"] },
                    new("unit", InputShape.Text()))),
            1,
            MaxIngredients))
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
            || list.GetArrayLength() is 0 or > MaxIngredients)
        {
            fields.Error("ingredients", $"A list of 1 to {MaxIngredients} ingredients is expected.");
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
                    problem ?? "A text of 1 to 200 characters with a product name and a quantity above 0, or an object with such a name, is expected.");
                break;
            }
        }

        return items;
    }

    /// <summary>The entry as one line, or a description of what is wrong with its members.</summary>
    private static (string? Text, string? Problem) Text(JsonElement entry)
    {
        if (entry.ValueKind != JsonValueKind.Object)
        {
            return (entry.Text(), null);
        }

        if (entry.Field("name")?.Text() is not { } name || !IngredientText.NamesSomething(name))
        {
            return (null, "name: a text with a letter or digit is expected.");
        }

        var quantity = entry.Field("quantity", "qty");
        var amount = quantity is { ValueKind: JsonValueKind.Number } ? quantity.Value.GetRawText() : quantity?.Text();
        if ((quantity is not null && amount is null) || quantity?.Number() is <= 0 or > MaxPieces
            || (amount is not null && QuantityText.IsNonsense(amount)))
        {
            return (null, $"quantity: more than 0 and at most {MaxPieces} is expected, as a number or a text.");
        }

        var unit = entry.Field("unit");
        return unit is not null && unit.Value.Text() is null
            ? (null, "unit: a text is expected.")
            : ($"{amount} {unit?.Text()} {name}".Trim(), null);
    }
}

/// <summary>Fields that the delivery calls share.</summary>
internal static class DeliveryFields
{
    private static readonly string[] Modes = ["groceries", "restaurants"];

    public static GeoPoint Place(Fields fields) => new(
        (double)fields.RequiredNumber("latitude", -90, 90), (double)fields.RequiredNumber("longitude", -180, 180));

    /// <summary>The vendor's word for the mode; groceries when none is given.</summary>
    public static string Kind(Fields fields)
    {
        var mode = fields.Label("mode", Modes);
        fields.Describe("mode", "groceries when left out");
        return mode == "restaurants" ? "restaurant" : "grocery";
    }

    /// <summary>The product to buy. The vendor searches by words, so there must be one.</summary>
    public static string Name(Fields fields)
    {
        var name = fields.RequiredText("name", max: 200, isFilled: true);
        fields.Describe("name", "Must contain a letter or digit: the vendor searches by words");
        if (!string.IsNullOrWhiteSpace(name) && !name.Any(char.IsLetterOrDigit))
        {
            fields.Error("name", "A letter or digit is expected.", "string_blank");
        }

        return name;
    }

    /// <summary>An address, for vendors that quote a delivery only with one.</summary>
    public static DeliveryAddress? Address(Fields fields)
    {
        if (fields.Nested("address") is not { } address)
        {
            return null;
        }

        address.Called(nameof(DeliveryAddress));
        return new DeliveryAddress(
            address.RequiredText("city", max: 100, isFilled: true),
            address.RequiredText("postal_code", max: 20, also: "postalCode", isFilled: true),
            Country(address),
            Optional(address.Text("state", max: 10)),
            Optional(address.Text("street", max: 200)));
    }

    /// <summary>Blank means absent, also towards the vendor.</summary>
    public static string? Optional(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static string Country(Fields address)
    {
        var country = address.Text("country", 2, 2)?.ToUpperInvariant() ?? "US";
        address.Describe("country", "ISO 3166 alpha-2; US when left out", pattern: "^[A-Za-z]{2}$");
        if (country.Length == 2 && !country.All(char.IsAsciiLetterUpper))
        {
            address.Error("country", "Two letters of ISO 3166 are expected.");
        }

        return country;
    }
}
