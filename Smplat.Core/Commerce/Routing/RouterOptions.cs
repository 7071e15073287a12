using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace Smplat.Core.Commerce.Routing;

/// <summary>How long the router waits, and how long its offer stands.</summary>
public sealed class RouterOptions : IValidatableObject
{
    /// <summary>Milliseconds after which two usable quotes are enough. Default 2500.</summary>
    [ConfigurationKeyName("LOOPGPT_ROUTER_SOFT_DEADLINE_MS")]
    [Range(1, 120_000)]
    public int SoftDeadlineMs { get; init; } = 2500;

    /// <summary>Milliseconds after which the answer is given with what there is. Default 12000.</summary>
    [ConfigurationKeyName("LOOPGPT_ROUTER_HARD_DEADLINE_MS")]
    [Range(1, 120_000)]
    public int HardDeadlineMs { get; init; } = 12_000;

    /// <summary>Usable quotes without which no order is routed. Default 1.</summary>
    [ConfigurationKeyName("LOOPGPT_MIN_VIABLE_QUOTES")]
    [Range(1, 4)]
    public int MinViableQuotes { get; init; } = 1;

    /// <summary>Seconds that a confirmation token is good for. Default 900.</summary>
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
