using System.Text.Json;

namespace Smplat.Core.Trust;

/// <summary>Reads editors' documents leniently: what is not there or of another kind counts as not written.</summary>
internal static class DocumentJson
{
    private const int MaxEntries = 100;

    internal static JsonElement? Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : null;

    internal static string? Text(this JsonElement element, string name) => element.Member(name) switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
        _ => null,
    };

    internal static int? Integer(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.Number } number
            && number.TryGetDouble(out var value) && value == Math.Truncate(value) && Math.Abs(value) <= int.MaxValue
            ? (int)value
            : null;

    internal static double? Number(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.Number } number && number.TryGetDouble(out var value) && double.IsFinite(value)
            ? value
            : null;

    internal static DateTimeOffset? Instant(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.String } text && text.TryGetDateTimeOffset(out var instant)
            ? instant.ToUniversalTime()
            : null;

    /// <summary>The objects of a list, at most a hundred.</summary>
    internal static IReadOnlyList<T> Entries<T>(this JsonElement element, string name, Func<JsonElement, T> read) =>
        element.Member(name) is { ValueKind: JsonValueKind.Array } list
            ? [.. list.EnumerateArray().Where(entry => entry.ValueKind == JsonValueKind.Object).Take(MaxEntries).Select(read)]
            : [];

    /// <summary>False when a text could not be stored: it holds NUL, or half a surrogate pair.</summary>
    internal static bool HasOnlyWholeTexts(this JsonElement element)
    {
        try
        {
            return element.ValueKind switch
            {
                JsonValueKind.String => IsWhole(element.GetString()!),
                JsonValueKind.Array => element.EnumerateArray().All(HasOnlyWholeTexts),
                JsonValueKind.Object => element.EnumerateObject().All(member => IsWhole(member.Name) && member.Value.HasOnlyWholeTexts()),
                _ => true,
            };
        }
        catch (InvalidOperationException)
        {
            // The reader's way of saying that the text is no valid Unicode.
            return false;
        }
    }

    private static bool IsWhole(string text) => !text.Contains('\0', StringComparison.Ordinal);
}
