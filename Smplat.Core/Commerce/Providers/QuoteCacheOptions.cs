using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace Smplat.Core.Commerce.Providers;

/// <summary>How long answers of providers are kept.</summary>
internal sealed class QuoteCacheOptions
{
    /// <summary>Seconds that a provider's quote for the same basket is reused. Default 300.</summary>
    [ConfigurationKeyName("LOOPGPT_QUOTE_CACHE_SECONDS")]
    [Range(0, 3600)]
    public int QuoteSeconds { get; init; } = 300;

    /// <summary>Seconds that the store near a postal code is remembered. Default 86400, a day.</summary>
    [ConfigurationKeyName("LOOPGPT_STORE_CACHE_SECONDS")]
    [Range(0, 604_800)]
    public int StoreSeconds { get; init; } = 86_400;

    /// <summary>Seconds that a product search at a store is remembered. Default 3600.</summary>
    [ConfigurationKeyName("LOOPGPT_SKU_CACHE_SECONDS")]
    [Range(0, 86_400)]
    public int SkuSeconds { get; init; } = 3600;
}
