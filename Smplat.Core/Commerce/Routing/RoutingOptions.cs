using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Smplat.Core.Commerce.Scoring;

namespace Smplat.Core.Commerce.Routing;

/// <summary>How long the router waits for quotes, and how long its decision is valid.</summary>
public sealed class RouterOptions : IValidatableObject
{
    /// <summary>Milliseconds after which two usable quotes are enough. Default 2500.</summary>
    [ConfigurationKeyName("LOOPGPT_ROUTER_SOFT_DEADLINE_MS")]
    [Range(1, 120_000)]
    public int SoftDeadlineMs { get; init; } = 2500;

    /// <summary>Milliseconds after which the router answers with the quotes that it has. Default 12000.</summary>
    [ConfigurationKeyName("LOOPGPT_ROUTER_HARD_DEADLINE_MS")]
    [Range(1, 120_000)]
    public int HardDeadlineMs { get; init; } = 12_000;

    /// <summary>Usable quotes that are needed to route an order. Default 1.</summary>
    [ConfigurationKeyName("LOOPGPT_MIN_VIABLE_QUOTES")]
    [Range(1, 4)]
    public int MinViableQuotes { get; init; } = 1;

    /// <summary>Seconds that a confirmation token is valid. Default 900.</summary>
    [ConfigurationKeyName("LOOPGPT_TOKEN_TTL_SECONDS")]
    [Range(1, 86_400)]
    public int TokenTtlSeconds { get; init; } = 900;

    /// <summary>Ask only the providers that the shopper prefers, instead of favouring them in ties. Default false.</summary>
    [ConfigurationKeyName("LOOPGPT_PREFERRED_STRICT")]
    public bool PreferredStrict { get; init; }

    public TimeSpan TokenLifetime => TimeSpan.FromSeconds(TokenTtlSeconds);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (SoftDeadlineMs > HardDeadlineMs)
        {
            yield return new ValidationResult(
                "LOOPGPT_ROUTER_SOFT_DEADLINE_MS must not be longer than LOOPGPT_ROUTER_HARD_DEADLINE_MS.");
        }
    }
}

/// <summary>When an order is split among several providers.</summary>
public sealed class SplitOptions
{
    /// <summary>Split the orders of shoppers who allow it, when worthwhile. Default true.</summary>
    [ConfigurationKeyName("LOOPGPT_SPLIT_ORDERS")]
    public bool Enabled { get; init; } = true;

    /// <summary>Saving in cents that a split must bring. Default 500.</summary>
    [ConfigurationKeyName("LOOPGPT_SPLIT_MIN_SAVING_CENTS")]
    [Range(0, 1_000_000)]
    public int MinSavingCents { get; init; } = 500;

    /// <summary>Saving that a split must bring, in percent of the best single-provider offer. Default 5.</summary>
    [ConfigurationKeyName("LOOPGPT_SPLIT_MIN_SAVING_PERCENT")]
    [Range(0, 100)]
    public int MinSavingPercent { get; init; } = 5;
}

/// <summary>An experiment with other weights on a minority of the shoppers.</summary>
public sealed class ExperimentOptions : IValidatableObject
{
    /// <summary>Name of the running experiment; a new name assigns the shoppers again. Default none, which is off.</summary>
    [ConfigurationKeyName("LOOPGPT_EXPERIMENT")]
    [RegularExpression("[a-z0-9-]{1,40}", ErrorMessage = "{0} must be a short name of lower-case letters, digits and dashes.")]
    public string? Name { get; init; }

    /// <summary>Weights of the variant, for example <c>price=0.5,commission=0.1</c>. A weight that is not named keeps its setting.</summary>
    [ConfigurationKeyName("LOOPGPT_EXPERIMENT_WEIGHTS")]
    public string? Weights { get; init; }

    /// <summary>Share of the shoppers, in percent, who get the variant. Default 10, at most 49: the majority keeps the configured weights.</summary>
    [ConfigurationKeyName("LOOPGPT_EXPERIMENT_SHARE_PERCENT")]
    [Range(0, 49)]
    public int SharePercent { get; init; } = 10;

    /// <summary>Decisions that each arm must have before there is a verdict. Default 1000.</summary>
    [ConfigurationKeyName("LOOPGPT_EXPERIMENT_MIN_SAMPLE")]
    [Range(30, 10_000_000)]
    public int MinSample { get; init; } = 1000;

    /// <summary>Percent by which the variant may be more expensive, or confirmed less often, before it must be stopped. Default 5.</summary>
    [ConfigurationKeyName("LOOPGPT_EXPERIMENT_GUARDRAIL_PERCENT")]
    [Range(1, 50)]
    public int GuardrailPercent { get; init; } = 5;

    public bool IsRunning => !string.IsNullOrEmpty(Name) && !string.IsNullOrEmpty(Weights) && SharePercent > 0;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!string.IsNullOrEmpty(Weights) && ScoreWeights.Parse(Weights, ScoreWeights.Default) is null)
        {
            yield return new ValidationResult(
                "LOOPGPT_EXPERIMENT_WEIGHTS must be names and values such as price=0.5,commission=0.1.");
        }
    }
}
