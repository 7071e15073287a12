using System.Globalization;

namespace Smplat.Core.Analytics;

/// <summary>
/// Texts that Postgres refuses although they are valid JSON: with the character U+0000 or halves of surrogate pairs. Found
/// here, one such event cannot fail the statement that stores its neighbours.
/// </summary>
public static class JsonbText
{
    /// <param name="escaped">A JSON string's inside, escapes as sent.</param>
    public static bool IsStorable(ReadOnlySpan<byte> escaped)
    {
        var rest = escaped;
        while (rest.IndexOf((byte)'\\') is var at and >= 0)
        {
            rest = rest[at..];
            if (rest[1] != (byte)'u')
            {
                rest = rest[2..];
                continue;
            }

            var unit = CodeUnit(rest);
            rest = rest[6..];
            if (unit == '\0' || char.IsLowSurrogate(unit))
            {
                return false;
            }

            if (char.IsHighSurrogate(unit))
            {
                if (!rest.StartsWith("\\u"u8) || !char.IsLowSurrogate(CodeUnit(rest)))
                {
                    return false;
                }

                rest = rest[6..];
            }
        }

        return true;
    }

    private static char CodeUnit(ReadOnlySpan<byte> escape) =>
        (char)ushort.Parse(escape[2..6], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
