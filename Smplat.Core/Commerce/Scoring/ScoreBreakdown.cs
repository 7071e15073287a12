using Smplat.Core.Commerce.Providers;

namespace Smplat.Core.Commerce.Scoring;

/// <summary>The components of a score, each 0 to 100, and their exact weighted total.</summary>
public sealed record ScoreBreakdown(
    ProviderId Provider,
    int PriceScore,
    int SpeedScore,
    int AvailabilityScore,
    int MarginScore,
    int ReliabilityScore,
    decimal PriorityPoints,
    decimal WeightedTotal,
    MarginSource MarginSource,
    ScoreInput Input)
{
    public IReadOnlyList<string> Factors => ScoreFactors.Of(this);
}

/// <summary>What the margin component was computed from.</summary>
public enum MarginSource
{
    /// <summary>Expected commission of this order.</summary>
    Commission,

    /// <summary>Average margin rates of earlier orders.</summary>
    Metrics,

    /// <summary>Earlier orders count, but this provider has none.</summary>
    Unknown,
}
