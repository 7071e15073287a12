using System.Net;
using System.Text;

namespace Smplat.Core.Commerce.Providers;

/// <summary>Text of a vendor or a caller as people read it.</summary>
internal static class VendorText
{
    /// <summary>Some vendors encode text twice; more than that is no text.</summary>
    private const int MaxDecodings = 3;

    /// <summary>
    /// Without HTML entities, trade marks, control characters and broken surrogates; each run of white space is one space.
    /// </summary>
    public static string Plain(string text)
    {
        for (var time = 0; time < MaxDecodings && text.Contains('&', StringComparison.Ordinal); time++)
        {
            var decoded = WebUtility.HtmlDecode(text);
            if (decoded == text)
            {
                break;
            }

            text = decoded;
        }

        var plain = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.IsWhiteSpace(rune) || Rune.IsControl(rune))
            {
                if (plain.Length > 0 && plain[^1] != ' ')
                {
                    plain.Append(' ');
                }
            }
            else if (rune.Value is 0x2018 or 0x2019)
            {
                plain.Append('\'');
            }
            else if (rune.Value is not (0xAD or 0x200B or 0xFEFF or 0xAE or 0x2122 or 0xA9 or 0xFFFD))
            {
                plain.Append(rune.ToString());
            }
        }

        return plain.ToString().TrimEnd();
    }

    /// <summary>Null when nothing is left.</summary>
    public static string? PlainOrNull(string? text) => text is not null && Plain(text) is { Length: > 0 } plain ? plain : null;
}
