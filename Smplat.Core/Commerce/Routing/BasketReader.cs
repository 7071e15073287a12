using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Commerce.Routing;

/// <summary>Reads the items of a basket: objects or plain names.</summary>
internal static class ItemReader
{
    private const int MaxItems = 200;
    private const decimal MaxQuantity = 999;
    private const int MaxPriceHint = 10_000_000;
    private const int MaxNameLength = 200;
    private const int MaxIdLength = 64;

    public static InputShape Shape { get; } = InputShape.ListOf(
        InputShape.AnyOf(
            InputShape.ObjectOf(
                "RouteOrderItem",
                new("id", InputShape.AnyOf(InputShape.Text(1, MaxIdLength), InputShape.Number()))
                {
                    Description = "Unique in the basket; made from the name when left out",
                },
                new("name", InputShape.Text(1, MaxNameLength)) { IsRequired = true, IsNullable = false },
                new("quantity", InputShape.AnyOf(InputShape.Number(0, MaxQuantity), InputShape.Text()))
                {
                    Also = ["qty"],
                    Description = "More than 0, with at most 3 decimals, or a text such as \"1 lb\"; 1 when left out",
                },
                new("unit", InputShape.Text()) { IsLenient = true },
                new("priceCents", InputShape.Integer(0, MaxPriceHint)) { Also = ["price_cents"] },
                new("category", InputShape.Text()) { IsLenient = true },
                new("preferences", new(InputKind.Object)) { IsLenient = true, Description = "Texts such as brand; 8 at most" }),
            InputShape.Text(1, MaxNameLength)),
        1,
        MaxItems);

    public static (IReadOnlyList<RequestedItem>? Items, CommerceRefusal? Refusal) Read(
        JsonElement items, List<string> warnings)
    {
        if (items.ValueKind != JsonValueKind.Array || items.GetArrayLength() is 0 or > MaxItems)
        {
            return (null, CommerceRefusal.InvalidItems($"items: a list of 1 to {MaxItems} entries."));
        }

        var lines = new List<RequestedItem>(items.GetArrayLength());
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in items.EnumerateArray())
        {
            var (line, problem) = ReadLine(entry, lines.Count, warnings);
            if (line is null)
            {
                return (null, CommerceRefusal.InvalidItems(
                    string.Create(CultureInfo.InvariantCulture, $"items[{lines.Count}].{problem}")));
            }

            if (line.Id.Length > 0 && !ids.Add(line.Id))
            {
                return (null, CommerceRefusal.InvalidItems(
                    string.Create(CultureInfo.InvariantCulture, $"items[{lines.Count}].id: given twice.")));
            }

            lines.Add(line);
        }

        AssignMissingIds(lines, ids);
        return (lines, null);
    }

    private static (RequestedItem? Line, string? Problem) ReadLine(JsonElement entry, int index, List<string> warnings)
    {
        if (entry.ValueKind == JsonValueKind.String)
        {
            return Name(entry) is { } plain ? (new RequestedItem("", plain, 1), null) : (null, "name: 1 to 200 characters.");
        }

        if (entry.ValueKind != JsonValueKind.Object)
        {
            return (null, "an item is an object or a name.");
        }

        if (entry.Field("name") is not { } given || Name(given) is not { } name)
        {
            return (null, "name: 1 to 200 characters.");
        }

        var id = entry.Field("id");
        var idText = id is { ValueKind: JsonValueKind.Number } ? id.Value.GetRawText() : id?.Text();
        if (id is not null && idText is null or { Length: 0 or > MaxIdLength })
        {
            return (null, $"id: 1 to {MaxIdLength} characters.");
        }

        var hint = entry.Field("priceCents", "price_cents");
        if (hint is not null && hint.Value.WholeNumber() is not (>= 0 and <= MaxPriceHint))
        {
            return (null, $"priceCents: a whole number from 0 to {MaxPriceHint}.");
        }

        var (quantity, parsedUnit, problem) = Quantity(entry.Field("quantity", "qty"), index, warnings);
        if (problem is not null)
        {
            return (null, problem);
        }

        var preferences = ReadPreferences(entry.Field("preferences"));
        var unit = entry.Field("unit")?.Text() ?? preferences?.GetValueOrDefault("unit") ?? parsedUnit;
        return (
            new RequestedItem(
                idText ?? "",
                name,
                quantity,
                Unit(unit),
                hint?.WholeNumber(),
                entry.Field("category")?.Text() is { Length: > 0 and <= 64 } category ? category : null,
                preferences),
            null);
    }

    private static string? Name(JsonElement element) =>
        element.Text() is { Length: >= 1 and <= MaxNameLength } name ? name : null;

    private static string Unit(string? unit) =>
        string.IsNullOrEmpty(unit) ? RequestedItem.DefaultUnit : SafeText.Cut(unit, 24);

    /// <summary>Numbers are used as they are; text is parsed, and counts as 1, with a warning, when it cannot be parsed.</summary>
    private static (decimal Quantity, string? Unit, string? Problem) Quantity(
        JsonElement? given, int index, List<string> warnings)
    {
        const string wrong = "quantity: more than 0, at most 999, with at most 3 decimals.";
        switch (given)
        {
            case null:
                return (1, null, null);
            case { ValueKind: JsonValueKind.Number } number:
                return number.Number() is { } amount && IsQuantity(amount) ? (amount / 1.000m, null, null) : (0, null, wrong);
            case { ValueKind: JsonValueKind.String } text when text.Text() is { } words:
                if (QuantityText.TryParse(words, out var parsed))
                {
                    var rounded = Math.Round(parsed.Amount, 3, MidpointRounding.AwayFromZero);
                    return IsQuantity(rounded) ? (rounded, parsed.Unit, null) : (0, null, wrong);
                }

                if (QuantityText.IsNonsense(words))
                {
                    return (0, null, wrong);
                }

                warnings.Add(string.Create(CultureInfo.InvariantCulture, $"items[{index}].quantity could not be read, 1 assumed"));
                return (1, null, null);
            default:
                return (0, null, wrong);
        }
    }

    private static bool IsQuantity(decimal amount) =>
        amount is > 0 and <= MaxQuantity && decimal.Round(amount, 3) == amount;

    private static Dictionary<string, string>? ReadPreferences(JsonElement? given)
    {
        if (given is not { ValueKind: JsonValueKind.Object } preferences)
        {
            return null;
        }

        var read = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var preference in preferences.EnumerateObject())
        {
            if (read.Count < 8 && preference.Name.Length <= 32 && preference.Value.Text() is { Length: > 0 and <= 100 } text)
            {
                read[preference.Name] = text;
            }
        }

        return read.Count == 0 ? null : read;
    }

    private static void AssignMissingIds(List<RequestedItem> lines, HashSet<string> taken)
    {
        for (var index = 0; index < lines.Count; index++)
        {
            if (lines[index].Id.Length > 0)
            {
                continue;
            }

            var slug = Slug.Of(lines[index].Name);
            var stem = SafeText.Cut(slug, 48);
            var id = string.Create(CultureInfo.InvariantCulture, $"{stem}-{index}");
            for (var extra = 1; !taken.Add(id); extra++)
            {
                id = string.Create(CultureInfo.InvariantCulture, $"{stem}-{index}-{extra}");
            }

            lines[index] = lines[index] with { Id = id };
        }
    }
}

/// <summary>Reads a delivery address. The postal code may also be called zip.</summary>
internal static partial class AddressReader
{
    private const int MaxStreetLength = 200;
    private const int MaxCityLength = 100;
    private const int MaxStateLength = 64;
    private const int MaxPostalCodeLength = 16;

    /// <summary>What <see cref="Read"/> accepts; the rules for addresses in the United States are stricter.</summary>
    public static InputShape Shape { get; } = InputShape.ObjectOf(
        "RouteOrderAddress",
        new("street", InputShape.Text(max: MaxStreetLength)),
        new("city", InputShape.Text(1, MaxCityLength)) { IsRequired = true, IsNullable = false },
        new("state", InputShape.Text(max: MaxStateLength)) { Description = "Two letters in the United States" },
        new("postalCode", InputShape.Text(1, MaxPostalCodeLength))
        {
            IsRequired = true,
            IsNullable = false,
            Also = ["zip", "postal_code"],
            Description = "Five digits, or five and four, in the United States",
        },
        new("country", InputShape.Text(pattern: "^[A-Za-z]{2}$")) { Description = "ISO 3166 alpha-2; US when left out" });

    public static (DeliveryAddress? Address, CommerceRefusal? Refusal) Read(JsonElement? given)
    {
        if (given is not { ValueKind: JsonValueKind.Object } address)
        {
            return Refuse("required, with city and postalCode.");
        }

        if (address.Field("city")?.Text() is not { Length: >= 1 and <= MaxCityLength } city)
        {
            return Refuse($"city: 1 to {MaxCityLength} characters.");
        }

        var country = address.Field("country") is { } givenCountry ? givenCountry.Text()?.ToUpperInvariant() : "US";
        if (country is null || !CountryCode().IsMatch(country))
        {
            return Refuse("country: two letters of ISO 3166.");
        }

        var isUs = country == "US";
        if (address.Field("postalCode", "zip", "postal_code")?.Text() is not { Length: >= 1 and <= MaxPostalCodeLength } postalCode
            || (isUs && !UsPostalCode().IsMatch(postalCode)))
        {
            return Refuse(isUs ? "postalCode: text of five digits, or five and four." : $"postalCode: text of 1 to {MaxPostalCodeLength} characters.");
        }

        var state = address.Field("state") is { } givenState ? givenState.Text() ?? "?" : null;
        if (state is { Length: 0 })
        {
            state = null;
        }

        if (state is not null && (isUs ? !UsState().IsMatch(state) : state.Length > MaxStateLength || state == "?"))
        {
            return Refuse(isUs ? "state: two letters." : $"state: at most {MaxStateLength} characters.");
        }

        var givenStreet = address.Field("street");
        var street = givenStreet?.Text();
        return (givenStreet is not null && street is null) || street is { Length: > MaxStreetLength }
            ? Refuse($"street: text of at most {MaxStreetLength} characters.")
            : (new DeliveryAddress(city, postalCode, country, isUs ? state?.ToUpperInvariant() : state, string.IsNullOrEmpty(street) ? null : street), null);
    }

    private static (DeliveryAddress?, CommerceRefusal) Refuse(string problem) =>
        (null, CommerceRefusal.InvalidAddress($"shippingAddress: {problem}"));

    [GeneratedRegex("^[A-Z]{2}$", RegexOptions.CultureInvariant)]
    private static partial Regex CountryCode();

    [GeneratedRegex(@"^[0-9]{5}(-[0-9]{4})?\z", RegexOptions.CultureInvariant)]
    private static partial Regex UsPostalCode();

    [GeneratedRegex(@"^[A-Za-z]{2}\z", RegexOptions.CultureInvariant)]
    private static partial Regex UsState();
}
