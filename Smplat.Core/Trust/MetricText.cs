using System.Globalization;

namespace Smplat.Core.Trust;

/// <summary>
/// Numbers as text. The digits are taken from the binary value, ties to even: rounding first, or going through decimal,
/// gives other text (0.35 would become 0.4).
/// </summary>
public static class MetricText
{
    private const double MinutesPerHour = 60;

    public static string Percent(double ratio) => Whole(ratio * 100) + "%";

    public static string Minutes(double minutes) => Whole(minutes) + "m";

    public static string Score(double score) => OneDecimal(score);

    /// <summary>Minutes, or hours from sixty minutes on.</summary>
    public static string Duration(double minutes) =>
        minutes >= MinutesPerHour ? OneDecimal(minutes / MinutesPerHour) + "h" : Minutes(minutes);

    public static string Whole(double number) => number.ToString("F0", CultureInfo.InvariantCulture);

    private static string OneDecimal(double number) => number.ToString("F1", CultureInfo.InvariantCulture);
}
