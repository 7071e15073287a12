using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Smplat.Core.Platform.Input;

/// <summary>Finds valid JSON that Postgres cannot store: NUL, half of a surrogate pair, and numbers outside of its range.</summary>
internal static class StorableJson
{
    private const int MaxExponent = 308;
    private const int MaxNumberLength = 1_000;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 32 };

    /// <returns>Null for text that is no JSON, or JSON that cannot be stored or has a member twice.</returns>
    public static JsonNode? TryParse(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, Strict);
            return ProblemOf(document.RootElement) is null
                ? JsonNode.Parse(text, documentOptions: Strict)
                : null;
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            // Names with half of a surrogate pair are not even compared.
            return null;
        }
    }

    /// <returns>Why the value cannot be stored; null if it can.</returns>
    public static string? ProblemOf(JsonElement value)
    {
        try
        {
            return FindProblem(value);
        }
        catch (InvalidOperationException)
        {
            return "A string must not contain half of a surrogate pair.";
        }
    }

    private static string? FindProblem(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject()
            .Select(member => ProblemOf(member.Name) ?? FindProblem(member.Value)).FirstOrDefault(problem => problem is not null),
        JsonValueKind.Array => value.EnumerateArray().Select(FindProblem).FirstOrDefault(problem => problem is not null),
        JsonValueKind.String => ProblemOf(value.GetString()!),
        JsonValueKind.Number when !IsStorableNumber(JsonMarshal.GetRawUtf8Value(value)) => "A number is too large or too precise to be stored.",
        _ => null,
    };

    /// <param name="number">A JSON number as sent.</param>
    public static bool IsStorableNumber(ReadOnlySpan<byte> number)
    {
        var at = number.IndexOfAny((byte)'e', (byte)'E');
        return number.Length <= MaxNumberLength
            && (at < 0
                || (int.TryParse(number[(at + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent)
                    && Math.Abs((long)exponent) <= MaxExponent));
    }

    private static string? ProblemOf(string text) =>
        text.Contains('\0', StringComparison.Ordinal) ? "A string must not contain the NUL character." : null;
}
