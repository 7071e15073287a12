using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Smplat.Core.Commerce.Scoring;

/// <summary>How quotes are scored: the weights of the components (each 0 to 100 points) and the variations of the canonical rule.</summary>
public sealed class ScoringOptions
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

    /// <summary>Margin: commission expected. Default 0.20.</summary>
    [ConfigurationKeyName("LOOPGPT_SCORE_COMMISSION_WEIGHT")]
    [Range(0.0, 100.0)]
    public decimal CommissionWeight { get; init; } = 0.20m;

    /// <summary>Has the requested items. Default 0.25.</summary>
    [ConfigurationKeyName("LOOPGPT_SCORE_AVAILABILITY_WEIGHT")]
    [Range(0.0, 100.0)]
    public decimal AvailabilityWeight { get; init; } = 0.25m;

    /// <summary>Earlier orders succeeded. Default 0.10.</summary>
    [ConfigurationKeyName("LOOPGPT_SCORE_RELIABILITY_WEIGHT")]
    [Range(0.0, 100.0)]
    public decimal ReliabilityWeight { get; init; } = 0.10m;

    /// <summary>
    /// Score price and margin on comparable baskets: items that a provider lacks are added at their usual price plus 10
    /// percent, and a provider with less than 60 percent of the items wins only when no provider has more. Default false.
    /// </summary>
    [ConfigurationKeyName("LOOPGPT_SCORE_COMPARABLE_BASKETS")]
    public bool ComparableBaskets { get; init; }

    /// <summary><c>minmax</c> scores prices and times between the lowest and highest quote, <c>anchored</c> by their distance from the best. Default minmax.</summary>
    [ConfigurationKeyName("LOOPGPT_SCORE_NORMALISATION")]
    public Normalisation Normalisation { get; init; } = Normalisation.MinMax;

    /// <summary><c>absolute</c> counts the whole priority, <c>centered</c> the difference to the lowest candidate, at most 20. Default absolute.</summary>
    [ConfigurationKeyName("LOOPGPT_SCORE_PRIORITY_MODE")]
    public PriorityMode PriorityMode { get; init; } = PriorityMode.Absolute;

    /// <summary>Never choose a provider that is more than 15 percent more expensive and no faster than another with as many items. Default false.</summary>
    [ConfigurationKeyName("LOOPGPT_SCORE_FAIR_GUARD")]
    public bool FairGuard { get; init; }

    /// <summary>Share of decisions in percent that are also scored by every other rule. Default 5.</summary>
    [ConfigurationKeyName("LOOPGPT_SHADOW_SAMPLE_PERCENT")]
    [Range(0, 100)]
    public int ShadowSamplePercent { get; init; } = 5;

    public ScoreWeights ToWeights() =>
        new(PriorityWeight, PriceWeight, SpeedWeight, AvailabilityWeight, CommissionWeight, ReliabilityWeight);

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

/// <summary>The scoring rule of a decision.</summary>
public sealed record ScoreRule(bool ComparableBaskets, Normalisation Normalisation, PriorityMode PriorityMode, bool FairGuard)
{
    public static ScoreRule Canonical { get; } = new(false, Normalisation.MinMax, PriorityMode.Absolute, false);

    /// <summary>The canonical rule, each variation alone, and all of them together, by name.</summary>
    public static IReadOnlyList<(string Name, ScoreRule Rule)> All { get; } =
    [
        ("canonical", Canonical),
        ("comparable", Canonical with { ComparableBaskets = true }),
        ("anchored", Canonical with { Normalisation = Normalisation.Anchored }),
        ("centered", Canonical with { PriorityMode = PriorityMode.Centered }),
        ("fair", Canonical with { FairGuard = true }),
        ("all", new(true, Normalisation.Anchored, PriorityMode.Centered, true)),
    ];
}

/// <summary>What the shopper wants the ranking to favour.</summary>
public enum OptimizeFor
{
    Balanced,
    Price,
    Speed,
    Margin,
    Availability,
}

/// <summary>Wire and database labels of the preferences.</summary>
internal static class OptimizeLabels
{
    public static string ToLabel(this OptimizeFor preference) => preference switch
    {
        OptimizeFor.Balanced => "balanced",
        OptimizeFor.Price => "price",
        OptimizeFor.Speed => "speed",
        OptimizeFor.Margin => "margin",
        OptimizeFor.Availability => "availability",
        _ => throw new ArgumentOutOfRangeException(nameof(preference), preference, "No label."),
    };

    public static OptimizeFor? Parse(string? label) => label switch
    {
        "balanced" => OptimizeFor.Balanced,
        "price" => OptimizeFor.Price,
        "speed" => OptimizeFor.Speed,
        "margin" => OptimizeFor.Margin,
        "availability" => OptimizeFor.Availability,
        _ => null,
    };
}

/// <summary>Exact weights of one decision.</summary>
public sealed record ScoreWeights(
    decimal Priority,
    decimal Price,
    decimal Speed,
    decimal Availability,
    decimal Margin,
    decimal Reliability)
{
    public static ScoreWeights Default { get; } = new(1.0m, 0.30m, 0.15m, 0.25m, 0.20m, 0.10m);

    /// <summary>Reads weights as operators write them: <c>price=0.5,commission=0.1</c>. A weight that is not named keeps its value.</summary>
    /// <returns>Null when a name is unknown or a value is not a number from 0 to 100.</returns>
    public static ScoreWeights? Parse(string text, ScoreWeights defaults)
    {
        var weights = defaults;
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var pair = part.Split('=', StringSplitOptions.TrimEntries);
            if (pair.Length != 2
                || !decimal.TryParse(pair[1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
                || value is < 0 or > 100
                || weights.With(pair[0], value) is not { } changed)
            {
                return null;
            }

            weights = changed;
        }

        return weights;
    }

    /// <summary>
    /// Adjusts the configured weights for the shopper's preference. Priority and reliability never change, and the weights
    /// are not scaled to a fixed sum.
    /// </summary>
    public ScoreWeights For(OptimizeFor preference) => preference switch
    {
        OptimizeFor.Price => this with { Price = Price * 2.0m, Speed = Speed * 0.5m, Margin = Margin * 0.5m },
        OptimizeFor.Speed => this with { Price = Price * 0.5m, Speed = Speed * 2.5m, Margin = Margin * 0.5m },
        OptimizeFor.Margin => this with { Price = Price * 0.7m, Speed = Speed * 0.7m, Margin = Margin * 2.0m },
        OptimizeFor.Availability => this with { Price = Price * 0.5m, Availability = Availability * 1.8m, Margin = Margin * 0.75m },
        _ => this,
    };

    private ScoreWeights? With(string name, decimal value) => name.ToLowerInvariant() switch
    {
        "priority" => this with { Priority = value },
        "price" => this with { Price = value },
        "speed" => this with { Speed = value },
        "availability" => this with { Availability = value },
        "commission" or "margin" => this with { Margin = value },
        "reliability" => this with { Reliability = value },
        _ => null,
    };
}
