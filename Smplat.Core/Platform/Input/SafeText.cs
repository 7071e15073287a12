using System.Text;

namespace Smplat.Core.Platform.Input;

/// <summary>Free text from outside as it can be stored and shown: whole characters only, and no NUL.</summary>
public static class SafeText
{
    private const char Lowest = '\uD800';
    private const char Highest = '\uDFFF';

    /// <summary>The beginning of a text. A character of two units, such as an emoji, is kept whole or left out.</summary>
    /// <param name="maxLength">The longest result in UTF-16 units, with the mark.</param>
    /// <param name="mark">Ends a text that was cut, such as an ellipsis.</param>
    public static string Cut(string text, int maxLength, string mark = "")
    {
        if (text.Length <= maxLength)
        {
            return text;
        }

        var end = Math.Max(0, maxLength - mark.Length);
        if (end > 0 && char.IsHighSurrogate(text[end - 1]) && char.IsLowSurrogate(text[end]))
        {
            end--;
        }

        return string.Concat(text.AsSpan(0, end), mark);
    }

    /// <summary>True for text that Postgres stores as it is.</summary>
    public static bool IsStorable(ReadOnlySpan<char> text)
    {
        if (text.Contains('\0'))
        {
            return false;
        }

        for (var at = text.IndexOfAnyInRange(Lowest, Highest); at >= 0 && at < text.Length; at++)
        {
            if (!char.IsSurrogate(text[at]))
            {
                continue;
            }

            if (at + 1 == text.Length || !char.IsSurrogatePair(text[at], text[at + 1]))
            {
                return false;
            }

            at++;
        }

        return true;
    }

    /// <summary>The text without NUL, and with U+FFFD in the place of a surrogate that lacks its other half.</summary>
    public static string Clean(string text)
    {
        if (IsStorable(text))
        {
            return text;
        }

        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value != 0)
            {
                clean.Append(rune.ToString());
            }
        }

        return clean.ToString();
    }
}
