using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Smplat.Core.Platform.Input;

/// <summary>What Postgres refuses to keep although it is valid JSON: the NUL character, and numbers beyond its reach.</summary>
public static class StorableJson
{
    private const int LargestExponent = 308;
    private const int LongestNumber = 1_000;

    /// <returns>What is wrong with it; null when it can be kept.</returns>
    public static string? ProblemOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject()
            .Select(member => ProblemOf(member.Name) ?? ProblemOf(member.Value)).FirstOrDefault(problem => problem is not null),
        JsonValueKind.Array => value.EnumerateArray().Select(ProblemOf).FirstOrDefault(problem => problem is not null),
        JsonValueKind.String => ProblemOf(value.GetString()!),
        JsonValueKind.Number when !IsStorableNumber(JsonMarshal.GetRawUtf8Value(value)) => "A number is too large or too exact to be kept.",
        _ => null,
    };

    /// <param name="number">A JSON number as sent.</param>
    public static bool IsStorableNumber(ReadOnlySpan<byte> number)
    {
        var at = number.IndexOfAny((byte)'e', (byte)'E');
        return number.Length <= LongestNumber
            && (at < 0
                || (int.TryParse(number[(at + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent)
                    && Math.Abs((long)exponent) <= LargestExponent));
    }

    private static string? ProblemOf(string text) =>
        text.Contains('\0', StringComparison.Ordinal) ? "A text must not hold the NUL character." : null;
}
