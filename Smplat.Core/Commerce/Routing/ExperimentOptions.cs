using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Smplat.Core.Commerce.Scoring;

namespace Smplat.Core.Commerce.Routing;

/// <summary>A trial of other weights on a minority of the shoppers.</summary>
public sealed class ExperimentOptions : IValidatableObject
{
    /// <summary>Name of the running experiment; a new name draws new shoppers. Default none, which is off.</summary>
    [ConfigurationKeyName("LOOPGPT_EXPERIMENT")]
    [RegularExpression("[a-z0-9-]{1,40}", ErrorMessage = "{0} must be a short name of small letters, digits and dashes.")]
    public string? Name { get; init; }

    /// <summary>Weights of the variant, for example <c>price=0.5,commission=0.1</c>. What is not named stays as it is set.</summary>
    [ConfigurationKeyName("LOOPGPT_EXPERIMENT_WEIGHTS")]
    public string? Weights { get; init; }

    /// <summary>Share of the shoppers, in percent, who get the variant. Default 10, at most 49: the majority stays with what is known.</summary>
    [ConfigurationKeyName("LOOPGPT_EXPERIMENT_SHARE_PERCENT")]
    [Range(0, 49)]
    public int SharePercent { get; init; } = 10;

    /// <summary>Decisions that each arm must have before there is a verdict. Default 1000.</summary>
    [ConfigurationKeyName("LOOPGPT_EXPERIMENT_MIN_SAMPLE")]
    [Range(30, 10_000_000)]
    public int MinSample { get; init; } = 1000;

    /// <summary>Percent by which the variant may be dearer or less often confirmed before it must be stopped. Default 5.</summary>
    [ConfigurationKeyName("LOOPGPT_EXPERIMENT_GUARDRAIL_PERCENT")]
    [Range(1, 50)]
    public int GuardrailPercent { get; init; } = 5;

    public bool IsRunning => !string.IsNullOrEmpty(Name) && !string.IsNullOrEmpty(Weights) && SharePercent > 0;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!string.IsNullOrEmpty(Weights) && WeightsText.Parse(Weights, ScoreWeights.Default) is null)
        {
            yield return new ValidationResult(
                "LOOPGPT_EXPERIMENT_WEIGHTS must be names and values such as price=0.5,commission=0.1.");
        }
    }
}
