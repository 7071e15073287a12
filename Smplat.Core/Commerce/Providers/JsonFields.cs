using System.Text;
using System.Text.Json;

namespace Smplat.Core.Commerce.Providers;

/// <summary>Reads fields of a vendor's JSON by any of their names; null counts as absent.</summary>
internal static class JsonFields
{
    public static JsonElement? Field(this JsonElement parent, params ReadOnlySpan<string> names)
    {
        if (parent.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        foreach (var name in names)
        {
            if (parent.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null)
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>Text without control characters and surrounding spaces; null when the element is not a string.</summary>
    public static string? Text(this JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        var text = element.GetString()!;
        foreach (var letter in text)
        {
            if (char.IsControl(letter))
            {
                return Clean(text);
            }
        }

        return text.Trim();
    }

    /// <summary>A whole number, also when written as 45.0.</summary>
    public static long? WholeNumber(this JsonElement element) =>
        Number(element) is { } number && number == decimal.Truncate(number) && Math.Abs(number) < 1_000_000_000_000m
            ? (long)number
            : null;

    public static decimal? Number(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetDecimal(out var number) ? number : null;

    public static bool? Switch(this JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    /// <summary>The database would refuse some control characters, such as NUL, and others would break log lines.</summary>
    private static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var letter in text)
        {
            clean.Append(char.IsControl(letter) ? ' ' : letter);
        }

        return clean.ToString().Trim();
    }
}
