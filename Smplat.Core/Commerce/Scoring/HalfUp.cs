namespace Smplat.Core.Commerce.Scoring;

/// <summary>Rounding of ratios with halves up, exact: a binary float would miss some halves.</summary>
internal static class HalfUp
{
    public static int Ratio(long numerator, long denominator) => (int)(((2 * numerator) + denominator) / (2 * denominator));

    public static int Ratio(decimal numerator, decimal denominator) =>
        (int)decimal.Floor(((2 * numerator) + denominator) / (2 * denominator));

    public static int Of(decimal value) => (int)decimal.Floor(value + 0.5m);
}
