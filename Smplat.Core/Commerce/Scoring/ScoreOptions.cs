using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace Smplat.Core.Commerce.Scoring;

/// <summary>How much each trait of a quote counts. A weight multiplies a component of 0 to 100 points.</summary>
public sealed class ScoreOptions
{
    /// <summary>Multiplies the provider's priority. Default 1.0.</summary>
    [ConfigurationKeyName("LOOPGPT_SCORE_PRIORITY_WEIGHT")]
    [Range(0.0, 100.0)]
    public decimal PriorityWeight { get; init; } = 1.0m;

    /// <summary>Cheaper than the other quotes. Default 0.30.</summary>
    [ConfigurationKeyName("LOOPGPT_SCORE_PRICE_WEIGHT")]
    [Range(0.0, 100.0)]
    public decimal PriceWeight { get; init; } = 0.30m;

    /// <summary>Delivered sooner than the other quotes. Default 0.15.</summary>
    [ConfigurationKeyName("LOOPGPT_SCORE_SPEED_WEIGHT")]
    [Range(0.0, 100.0)]
    public decimal SpeedWeight { get; init; } = 0.15m;

    /// <summary>Margin: commission earned. Default 0.20.</summary>
    [ConfigurationKeyName("LOOPGPT_SCORE_COMMISSION_WEIGHT")]
    [Range(0.0, 100.0)]
    public decimal CommissionWeight { get; init; } = 0.20m;

    /// <summary>Has the requested items. Default 0.25.</summary>
    [ConfigurationKeyName("LOOPGPT_SCORE_AVAILABILITY_WEIGHT")]
    [Range(0.0, 100.0)]
    public decimal AvailabilityWeight { get; init; } = 0.25m;

    /// <summary>Delivered well before. Default 0.10.</summary>
    [ConfigurationKeyName("LOOPGPT_SCORE_RELIABILITY_WEIGHT")]
    [Range(0.0, 100.0)]
    public decimal ReliabilityWeight { get; init; } = 0.10m;

    public ScoreWeights ToWeights() =>
        new(PriorityWeight, PriceWeight, SpeedWeight, AvailabilityWeight, CommissionWeight, ReliabilityWeight);
}
