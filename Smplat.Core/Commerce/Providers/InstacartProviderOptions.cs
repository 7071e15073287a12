using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace Smplat.Core.Commerce.Providers;

/// <summary>How Instacart takes part in routing.</summary>
public sealed class InstacartProviderOptions
{
    /// <summary>Ask this provider for quotes. Default true; false takes it out at once.</summary>
    [ConfigurationKeyName("LOOPGPT_ENABLE_INSTACART")]
    public bool Enabled { get; init; } = true;

    /// <summary>Points that the provider starts with when quotes are ranked. Default 40.</summary>
    [ConfigurationKeyName("LOOPGPT_INSTACART_PRIORITY")]
    [Range(0, 1000)]
    public int Priority { get; init; } = 40;

    /// <summary>Commission as a share of the order's value. Default 0.02.</summary>
    [ConfigurationKeyName("LOOPGPT_INSTACART_COMMISSION")]
    [Range(0.0, 1.0)]
    public decimal Commission { get; init; } = 0.02m;

    /// <summary>Longest wait for a quote in milliseconds. Default 10000.</summary>
    [ConfigurationKeyName("LOOPGPT_INSTACART_TIMEOUT")]
    [Range(1, 120_000)]
    public int TimeoutMs { get; init; } = 10_000;

    /// <summary>Invented quotes instead of real ones, for drills and emergencies. Default false.</summary>
    [ConfigurationKeyName("LOOPGPT_INSTACART_MOCK")]
    public bool Mock { get; init; }

    /// <summary>An invented quote may replace a failed real one. Default false.</summary>
    [ConfigurationKeyName("LOOPGPT_INSTACART_ALLOW_MOCK_FALLBACK")]
    public bool AllowMockFallback { get; init; }

    /// <summary>Where the provider delivers: countries, or country and state as in US-CA. Default US.</summary>
    [ConfigurationKeyName("LOOPGPT_INSTACART_REGIONS")]
    public string[] Regions { get; init; } = ["US"];

    /// <summary>Extra attempts of a read-only call inside the timeout. Default 2.</summary>
    [ConfigurationKeyName("LOOPGPT_INSTACART_RETRIES")]
    [Range(0, 10)]
    public int Retries { get; init; } = 2;

    public ProviderConfig ToConfig() =>
        new(
            ProviderId.Instacart,
            "Instacart",
            Enabled,
            Priority,
            Commission,
            Regions,
            TimeoutMs,
            Retries,
            Mock,
            AllowMockFallback);
}
