using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace Smplat.Core.Commerce.Scoring;

/// <summary>Departures from the canonical rule of scoring, each off unless switched on.</summary>
public sealed class RuleOptions
{
    /// <summary>
    /// Judge price and margin by baskets made equal: what a provider lacks is added at its usual price plus 10 percent, and
    /// a provider with less than 60 percent of the items wins only when nobody has more. Default false.
    /// </summary>
    [ConfigurationKeyName("LOOPGPT_SCORE_COMPARABLE_BASKETS")]
    public bool ComparableBaskets { get; init; }

    /// <summary><c>minmax</c> scores prices and times between the ends of the quotes, <c>anchored</c> by their distance from the best. Default minmax.</summary>
    [ConfigurationKeyName("LOOPGPT_SCORE_NORMALISATION")]
    public Normalisation Normalisation { get; init; } = Normalisation.MinMax;

    /// <summary><c>absolute</c> counts the whole priority, <c>centered</c> what it is above the lowest candidate, at most 20. Default absolute.</summary>
    [ConfigurationKeyName("LOOPGPT_SCORE_PRIORITY_MODE")]
    public PriorityMode PriorityMode { get; init; } = PriorityMode.Absolute;

    /// <summary>Never choose a provider that is more than 15 percent dearer and no faster than another one with as many items. Default false.</summary>
    [ConfigurationKeyName("LOOPGPT_SCORE_FAIR_GUARD")]
    public bool FairGuard { get; init; }

    /// <summary>Share of decisions in percent that are also scored by every other rule. Default 5.</summary>
    [ConfigurationKeyName("LOOPGPT_SHADOW_SAMPLE_PERCENT")]
    [Range(0, 100)]
    public int ShadowSamplePercent { get; init; } = 5;

    public ScoreRule ToRule() => new(ComparableBaskets, Normalisation, PriorityMode, FairGuard);
}

/// <summary>How prices and delivery times become points.</summary>
public enum Normalisation
{
    MinMax,
    Anchored,
}

/// <summary>How a provider's priority counts.</summary>
public enum PriorityMode
{
    Absolute,
    Centered,
}
