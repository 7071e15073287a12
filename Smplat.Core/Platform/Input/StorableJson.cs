using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Smplat.Core.Platform.Input;

/// <summary>Finds valid JSON that Postgres cannot store: the NUL character, and numbers outside of its range.</summary>
internal static class StorableJson
{
    private const int MaxExponent = 308;
    private const int MaxNumberLength = 1_000;

    /// <returns>Why the value cannot be stored; null if it can.</returns>
    public static string? ProblemOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject()
            .Select(member => ProblemOf(member.Name) ?? ProblemOf(member.Value)).FirstOrDefault(problem => problem is not null),
        JsonValueKind.Array => value.EnumerateArray().Select(ProblemOf).FirstOrDefault(problem => problem is not null),
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
