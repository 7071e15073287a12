using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace Smplat.Core.Commerce.Providers;

/// <summary>How Walmart takes part in routing.</summary>
public sealed class WalmartProviderOptions
{
    /// <summary>Ask this provider for quotes. Default false.</summary>
    [ConfigurationKeyName("LOOPGPT_ENABLE_WALMART")]
    public bool Enabled { get; init; }

    /// <summary>Adds 20 to the priority. Default false.</summary>
    [ConfigurationKeyName("LOOPGPT_PREFER_DIRECT_WALMART")]
    public bool Prefer { get; init; }

    /// <summary>Points that the provider starts with when quotes are ranked. Default 60.</summary>
    [ConfigurationKeyName("LOOPGPT_WALMART_PRIORITY")]
    [Range(0, 1000)]
    public int Priority { get; init; } = 60;

    /// <summary>Commission as a share of the order's value. Default 0.03.</summary>
    [ConfigurationKeyName("LOOPGPT_WALMART_COMMISSION")]
    [Range(0.0, 1.0)]
    public decimal Commission { get; init; } = 0.03m;

    /// <summary>Longest wait for a quote in milliseconds. Default 10000.</summary>
    [ConfigurationKeyName("LOOPGPT_WALMART_TIMEOUT")]
    [Range(1, 120_000)]
    public int TimeoutMs { get; init; } = 10_000;

    /// <summary>Invented quotes instead of real ones, for drills and emergencies. Default false.</summary>
    [ConfigurationKeyName("LOOPGPT_WALMART_MOCK")]
    public bool Mock { get; init; }

    /// <summary>An invented quote may replace a failed real one. Default false.</summary>
    [ConfigurationKeyName("LOOPGPT_WALMART_ALLOW_MOCK_FALLBACK")]
    public bool AllowMockFallback { get; init; }

    /// <summary>Where the provider delivers: countries, or country and state as in US-CA. Default US.</summary>
    [ConfigurationKeyName("LOOPGPT_WALMART_REGIONS")]
    public string[] Regions { get; init; } = ["US"];

    /// <summary>Extra attempts of a read-only call inside the timeout. Default 3.</summary>
    [ConfigurationKeyName("LOOPGPT_WALMART_RETRIES")]
    [Range(0, 10)]
    public int Retries { get; init; } = 3;

    public ProviderConfig ToConfig() =>
        new(
            ProviderId.WalmartApi,
            "Walmart Direct",
            Enabled,
            Priority + (Prefer ? ProviderDefaults.PreferBoost : 0),
            Commission,
            Regions,
            TimeoutMs,
            Retries,
            Mock,
            AllowMockFallback);
}
