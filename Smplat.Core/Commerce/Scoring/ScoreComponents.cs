namespace Smplat.Core.Commerce.Scoring;

/// <summary>The five components of a score by the canonical rule. Pure, whole numbers from 0 to 100.</summary>
internal static class ScoreComponents
{
    /// <summary>Points when nothing is known.</summary>
    public const int Neutral = 50;

    /// <summary>100 for the lowest amount, 0 for the highest, in proportion between; 100 for all when they are equal.</summary>
    public static int LowerIsBetter(long value, long lowest, long highest) =>
        highest == lowest ? 100 : HalfUp.Ratio(100 * (highest - value), highest - lowest);

    /// <summary>100 for the highest, 0 for the lowest; 100 for all when they are equal.</summary>
    public static int HigherIsBetter(decimal value, decimal lowest, decimal highest) =>
        highest == lowest ? 100 : HalfUp.Ratio(100 * (value - lowest), highest - lowest);

    /// <summary>Share of the requested items that can be had; a substitute counts four fifths.</summary>
    public static int Availability(int found, int substituted, int requested) =>
        requested <= 0 ? 100 : Math.Min(100, HalfUp.Ratio((100L * found) + (80L * substituted), requested));

    /// <summary>From the success rate in percent, steeper towards the top; neutral without orders.</summary>
    public static int Reliability(ProviderStanding? standing) => standing switch
    {
        null or { SuccessRate: null } or { TotalOrders: <= 0 } => Neutral,
        { SuccessRate: >= 95 and { } rate } => Math.Min(100, HalfUp.Of(90 + (2 * (rate - 95)))),
        { SuccessRate: >= 85 and { } rate } => HalfUp.Of(70 + (2 * (rate - 85))),
        { SuccessRate: >= 70 and { } rate } => HalfUp.Of(50 + ((rate - 70) * 20 / 15)),
        { SuccessRate: { } rate } => Math.Max(0, HalfUp.Of(rate * 50 / 70)),
    };
}
