using System.Globalization;

namespace Smplat.Core.Platform.Outbox;

/// <summary>
/// How numbers are written for a locale. A table of our own, because a machine without ICU data knows no locale and the
/// same message must read the same everywhere.
/// </summary>
public static class NumberStyle
{
    private static readonly NumberFormatInfo Point = Of(".", ",");
    private static readonly NumberFormatInfo Comma = Of(",", ".");
    private static readonly NumberFormatInfo CommaAndSpace = Of(",", "\u00a0");
    private static readonly NumberFormatInfo PointAndApostrophe = Of(".", "\u2019");

    /// <param name="locale">Such as <c>de-AT</c>; an unknown one is written as English.</param>
    public static NumberFormatInfo For(string? locale)
    {
        var name = locale ?? "";
        if (name.EndsWith("-CH", StringComparison.OrdinalIgnoreCase))
        {
            return PointAndApostrophe;
        }

        return name.Split('-', '_')[0].ToLowerInvariant() switch
        {
            "de" or "es" or "it" or "nl" or "pt" or "da" or "tr" or "el" or "id" or "ro" or "hr" or "sl" => Comma,
            "fr" or "pl" or "cs" or "sk" or "sv" or "nb" or "no" or "fi" or "ru" or "uk" or "hu" or "bg" or "et" or "lt" or "lv"
                => CommaAndSpace,
            _ => Point,
        };
    }

    private static NumberFormatInfo Of(string point, string group) =>
        new() { NumberDecimalSeparator = point, NumberGroupSeparator = group, NumberGroupSizes = [3] };
}
