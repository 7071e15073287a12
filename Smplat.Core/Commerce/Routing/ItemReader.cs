using System.Globalization;
using System.Text.Json;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Commerce.Routing;

/// <summary>Reads the lines of a basket: objects, or plain names.</summary>
internal static class ItemReader
{
    private const int MostItems = 200;
    private const decimal LargestQuantity = 999;
    private const int LargestPriceHint = 10_000_000;
    private const int LongestName = 200;
    private const int LongestId = 64;

    /// <summary>What <see cref="Read"/> takes.</summary>
    public static InputShape Shape { get; } = InputShape.ListOf(
        InputShape.AnyOf(
            InputShape.ObjectOf(
                "RouteOrderItem",
                new("id", InputShape.AnyOf(InputShape.Text(1, LongestId), InputShape.Number()))
                {
                    Description = "Unique in the basket; made from the name when left out",
                },
                new("name", InputShape.Text(1, LongestName)) { IsRequired = true, IsNullable = false },
                new("quantity", InputShape.AnyOf(InputShape.Number(0, LargestQuantity), InputShape.Text()))
                {
                    Also = ["qty"],
                    Description = "More than 0, with at most 3 decimals, or a text such as \"1 lb\"; 1 when left out",
                },
                new("unit", InputShape.Text()) { IsLenient = true },
                new("priceCents", InputShape.Integer(0, LargestPriceHint)) { Also = ["price_cents"] },
                new("category", InputShape.Text()) { IsLenient = true },
                new("preferences", new(InputKind.Object)) { IsLenient = true, Description = "Texts such as brand; 8 at most" }),
            InputShape.Text(1, LongestName)),
        1,
        MostItems);

    public static (IReadOnlyList<RequestedItem>? Items, CommerceRefusal? Refusal) Read(
        JsonElement items, List<string> warnings)
    {
        if (items.ValueKind != JsonValueKind.Array || items.GetArrayLength() is 0 or > MostItems)
        {
            return (null, CommerceRefusal.InvalidItems($"items: a list of 1 to {MostItems} entries."));
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

        GiveMissingIds(lines, ids);
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
        if (id is not null && idText is null or { Length: 0 or > LongestId })
        {
            return (null, $"id: 1 to {LongestId} characters.");
        }

        var hint = entry.Field("priceCents", "price_cents");
        if (hint is not null && hint.Value.WholeNumber() is not (>= 0 and <= LargestPriceHint))
        {
            return (null, $"priceCents: a whole number from 0 to {LargestPriceHint}.");
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
        element.Text() is { Length: >= 1 and <= LongestName } name ? name : null;

    private static string Unit(string? unit) =>
        string.IsNullOrEmpty(unit) ? RequestedItem.DefaultUnit : unit.Length <= 24 ? unit : unit[..24];

    /// <summary>Numbers are taken as they are; text is parsed, and counts as one, with a warning, when nothing can be made of it.</summary>
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
        amount is > 0 and <= LargestQuantity && decimal.Round(amount, 3) == amount;

    private static Dictionary<string, string>? ReadPreferences(JsonElement? given)
    {
        if (given is not { ValueKind: JsonValueKind.Object } wishes)
        {
            return null;
        }

        var read = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var wish in wishes.EnumerateObject())
        {
            if (read.Count < 8 && wish.Name.Length <= 32 && wish.Value.Text() is { Length: > 0 and <= 100 } text)
            {
                read[wish.Name] = text;
            }
        }

        return read.Count == 0 ? null : read;
    }

    private static void GiveMissingIds(List<RequestedItem> lines, HashSet<string> taken)
    {
        for (var index = 0; index < lines.Count; index++)
        {
            if (lines[index].Id.Length > 0)
            {
                continue;
            }

            var slug = Slug.Of(lines[index].Name);
            var stem = slug.Length <= 48 ? slug : slug[..48];
            var id = string.Create(CultureInfo.InvariantCulture, $"{stem}-{index}");
            for (var extra = 1; !taken.Add(id); extra++)
            {
                id = string.Create(CultureInfo.InvariantCulture, $"{stem}-{index}-{extra}");
            }

            lines[index] = lines[index] with { Id = id };
        }
    }
}
