using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace Smplat.Core.Commerce.Providers;

/// <summary>How quotes are hurried. Both switches are off by default: the plain timeout rules.</summary>
internal sealed class ResilienceOptions
{
    /// <summary>
    /// Shorten a provider's timeout to the P95 of its last 15 minutes plus 2000 ms, at least 1500 ms and never more than its
    /// setting; needs 50 samples. Default false.
    /// </summary>
    [ConfigurationKeyName("LOOPGPT_ADAPTIVE_TIMEOUT_ENABLED")]
    public bool AdaptiveTimeout { get; init; }

    /// <summary>Ask a provider a second time when it is slower than its own P95; the first answer wins. Default false.</summary>
    [ConfigurationKeyName("LOOPGPT_HEDGING_ENABLED")]
    public bool Hedging { get; init; }

    /// <summary>Duplicate quote calls as a share of all, at most. Default 0.05.</summary>
    [ConfigurationKeyName("LOOPGPT_HEDGING_BUDGET")]
    [Range(0.0, 1.0)]
    public double HedgingBudget { get; init; } = 0.05;
}
