using System.Text.Json;

namespace Smplat.Core.Platform.Outbox;

/// <summary>Options of an order, whatever their shape, as short "Label: value" lines.</summary>
public static class JsonLines
{
    private const int MaxDepth = 4;
    private const int MaxLength = 160;

    private static readonly string[] Names = ["groupLabel", "groupName", "group", "label", "name", "title"];
    private static readonly string[] Values = ["optionLabel", "option", "value", "choice", "label", "name", "title"];

    public static IEnumerable<string> Of(JsonElement element) => Walk(element, null, 0).Select(Cut);

    private static IEnumerable<string> Walk(JsonElement element, string? label, int depth)
    {
        if (depth > MaxDepth)
        {
            return [];
        }

        return element.ValueKind switch
        {
            JsonValueKind.Object => Pair(element) is { } pair
                ? [pair]
                : element.EnumerateObject()
                    .Where(member => !IsIdentifier(member.Name))
                    .SelectMany(member => Walk(member.Value, LabelText.Title(member.Name), depth + 1)),
            JsonValueKind.Array => element.EnumerateArray().SelectMany(entry => Walk(entry, label, depth + 1)),
            JsonValueKind.String or JsonValueKind.Number => [label is null ? element.ToString() : $"{label}: {element}"],
            JsonValueKind.True when label is not null => [label],
            _ => [],
        };
    }

    /// <summary>Entries such as {"groupLabel": "Plan", "optionLabel": "Growth"}.</summary>
    private static string? Pair(JsonElement element)
    {
        var name = First(element, Names);
        var value = First(element, Values);
        return name is null || value is null ? null : name == value ? name : $"{name}: {value}";
    }

    private static string? First(JsonElement element, string[] names) => names
        .Select(name => element.TryGetProperty(name, out var value)
            && value.ValueKind is JsonValueKind.String or JsonValueKind.Number ? value.ToString() : null)
        .FirstOrDefault(text => text is not null);

    private static bool IsIdentifier(string name) =>
        name.Equals("id", StringComparison.OrdinalIgnoreCase)
        || name.EndsWith("Id", StringComparison.Ordinal)
        || name.EndsWith("_id", StringComparison.Ordinal);

    private static string Cut(string line) => line.Length <= MaxLength ? line : line[..(MaxLength - 1)] + "…";
}
