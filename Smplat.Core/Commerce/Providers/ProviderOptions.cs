using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace Smplat.Core.Commerce.Providers;

/// <summary>How Kroger takes part in routing.</summary>
public sealed class KrogerProviderOptions
{
    /// <summary>Ask this provider for quotes. Default false.</summary>
    [ConfigurationKeyName("LOOPGPT_ENABLE_KROGER")]
    public bool Enabled { get; init; }

    /// <summary>Adds 20 to the priority. Default false.</summary>
    [ConfigurationKeyName("LOOPGPT_PREFER_DIRECT_KROGER")]
    public bool Prefer { get; init; }

    /// <summary>Points that the provider starts with when quotes are ranked. Default 60.</summary>
    [ConfigurationKeyName("LOOPGPT_KROGER_PRIORITY")]
    [Range(0, 1000)]
    public int Priority { get; init; } = 60;

    /// <summary>Commission as a share of the order's value. Default 0.03.</summary>
    [ConfigurationKeyName("LOOPGPT_KROGER_COMMISSION")]
    [Range(0.0, 1.0)]
    public decimal Commission { get; init; } = 0.03m;

    /// <summary>Longest wait for a quote in milliseconds. Default 10000.</summary>
    [ConfigurationKeyName("LOOPGPT_KROGER_TIMEOUT")]
    [Range(1, 120_000)]
    public int TimeoutMs { get; init; } = 10_000;

    /// <summary>Invented quotes instead of real ones, for drills and emergencies. Default false.</summary>
    [ConfigurationKeyName("LOOPGPT_KROGER_MOCK")]
    public bool Mock { get; init; }

    /// <summary>An invented quote may replace a failed real one. Default false.</summary>
    [ConfigurationKeyName("LOOPGPT_KROGER_ALLOW_MOCK_FALLBACK")]
    public bool AllowMockFallback { get; init; }

    /// <summary>Where the provider delivers: countries, or country and state as in US-CA. Default US.</summary>
    [ConfigurationKeyName("LOOPGPT_KROGER_REGIONS")]
    public string[] Regions { get; init; } = ["US"];

    /// <summary>Extra attempts of a read-only call inside the timeout. Default 3.</summary>
    [ConfigurationKeyName("LOOPGPT_KROGER_RETRIES")]
    [Range(0, 10)]
    public int Retries { get; init; } = 3;

    public ProviderConfig ToConfig() =>
        new(
            ProviderId.KrogerApi,
            "Kroger Direct",
            Enabled,
            Priority + (Prefer ? ProviderDefaults.PreferBoost : 0),
            Commission,
            Regions,
            TimeoutMs,
            Retries,
            Mock,
            AllowMockFallback);
}

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

/// <summary>How MealMe takes part in routing.</summary>
public sealed class MealMeProviderOptions
{
    /// <summary>Ask this provider for quotes. Default true; false takes it out at once.</summary>
    [ConfigurationKeyName("LOOPGPT_ENABLE_MEALME")]
    public bool Enabled { get; init; } = true;

    /// <summary>Points that the provider starts with when quotes are ranked. Default 50.</summary>
    [ConfigurationKeyName("LOOPGPT_MEALME_PRIORITY")]
    [Range(0, 1000)]
    public int Priority { get; init; } = 50;

    /// <summary>Commission as a share of the order's value. Default 0.03.</summary>
    [ConfigurationKeyName("LOOPGPT_MEALME_COMMISSION")]
    [Range(0.0, 1.0)]
    public decimal Commission { get; init; } = 0.03m;

    /// <summary>Longest wait for a quote in milliseconds. Default 10000.</summary>
    [ConfigurationKeyName("LOOPGPT_MEALME_TIMEOUT")]
    [Range(1, 120_000)]
    public int TimeoutMs { get; init; } = 10_000;

    /// <summary>Invented quotes instead of real ones, for drills and emergencies. Default false.</summary>
    [ConfigurationKeyName("LOOPGPT_MEALME_MOCK")]
    public bool Mock { get; init; }

    /// <summary>An invented quote may replace a failed real one. Default false.</summary>
    [ConfigurationKeyName("LOOPGPT_MEALME_ALLOW_MOCK_FALLBACK")]
    public bool AllowMockFallback { get; init; }

    /// <summary>Where the provider delivers: countries, or country and state as in US-CA. Default US.</summary>
    [ConfigurationKeyName("LOOPGPT_MEALME_REGIONS")]
    public string[] Regions { get; init; } = ["US"];

    /// <summary>Extra attempts of a read-only call inside the timeout. Default 2.</summary>
    [ConfigurationKeyName("LOOPGPT_MEALME_RETRIES")]
    [Range(0, 10)]
    public int Retries { get; init; } = 2;

    public ProviderConfig ToConfig() =>
        new(
            ProviderId.MealMe,
            "MealMe MCP",
            Enabled,
            Priority,
            Commission,
            Regions,
            TimeoutMs,
            Retries,
            Mock,
            AllowMockFallback);
}

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

internal static class ProviderDefaults
{
    /// <summary>What a prefer switch adds to the priority: 20 points, or 67 price points at default weights.</summary>
    public const int PreferBoost = 20;
}

/// <summary>How long answers of providers are kept.</summary>
public sealed class QuoteCacheOptions
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

/// <summary>How much of the vendors' answers is kept. How long is set beside the quotes.</summary>
public sealed class VendorCacheOptions
{
    /// <summary>Entries that one instance keeps in memory. Default 20000; read at start.</summary>
    [ConfigurationKeyName("LOOPGPT_CACHE_MAX_ENTRIES")]
    [Range(100, 1_000_000)]
    public int MemoryEntries { get; init; } = 20_000;

    /// <summary>
    /// Megabytes that the entries in memory may have together, measured as JSON; as objects they take about three times as
    /// much. Default 32; read at start.
    /// </summary>
    [ConfigurationKeyName("LOOPGPT_CACHE_MAX_MEGABYTES")]
    [Range(1, 4096)]
    public int MemoryMegabytes { get; init; } = 32;

    /// <summary>Share quotes, stores and products with the other instances over the table service. Default true.</summary>
    [ConfigurationKeyName("LOOPGPT_SHARED_CACHE_ENABLED")]
    public bool SharedEnabled { get; init; } = true;

    /// <summary>Days that the ledger of vendor calls is kept. Default 400.</summary>
    [ConfigurationKeyName("LOOPGPT_VENDOR_CALL_RETENTION_DAYS")]
    [Range(1, 3650)]
    public int CallRetentionDays { get; init; } = 400;
}

/// <summary>How vendors are called over HTTP.</summary>
public sealed class VendorHttpOptions
{
    /// <summary>Calls that one instance may have under way at one vendor. Default 64; read at start.</summary>
    [ConfigurationKeyName("LOOPGPT_VENDOR_MAX_CONCURRENCY")]
    [Range(1, 1024)]
    public int MaxConcurrency { get; init; } = 64;

    /// <summary>
    /// Further host names that vendor clients may call, separated by commas. Default none: the vendors' own hosts, and
    /// loopback in local runs, are always allowed.
    /// </summary>
    [ConfigurationKeyName("LOOPGPT_VENDOR_EXTRA_HOSTS")]
    public string[] ExtraHosts { get; init; } = [];

    /// <summary>Product searches of one basket that run at the same time at one vendor. Default 8.</summary>
    [ConfigurationKeyName("LOOPGPT_VENDOR_ITEM_CONCURRENCY")]
    [Range(1, 64)]
    public int ItemConcurrency { get; init; } = 8;
}

/// <summary>How many calls a vendor allows within 24 hours, over all instances. 0 means that no limit is known.</summary>
public sealed class VendorQuotaOptions
{
    /// <summary>Kroger product searches a day. Default 10000, the vendor's public limit.</summary>
    [ConfigurationKeyName("KROGER_PRODUCTS_DAILY_LIMIT")]
    [Range(0, 100_000_000)]
    public int KrogerProducts { get; init; } = 10_000;

    /// <summary>Kroger store searches a day. Default 1600, the vendor's public limit.</summary>
    [ConfigurationKeyName("KROGER_LOCATIONS_DAILY_LIMIT")]
    [Range(0, 100_000_000)]
    public int KrogerLocations { get; init; } = 1600;

    /// <summary>Kroger cart calls a day. Default 5000, the vendor's public limit.</summary>
    [ConfigurationKeyName("KROGER_CART_DAILY_LIMIT")]
    [Range(0, 100_000_000)]
    public int KrogerCart { get; init; } = 5000;

    /// <summary>Walmart calls a day, all endpoints together. Default 5000; the contract decides.</summary>
    [ConfigurationKeyName("WALMART_DAILY_LIMIT")]
    [Range(0, 100_000_000)]
    public int Walmart { get; init; } = 5000;

    /// <summary>Instacart calls a day. Default 0: the vendor publishes none.</summary>
    [ConfigurationKeyName("INSTACART_DAILY_LIMIT")]
    [Range(0, 100_000_000)]
    public int Instacart { get; init; }

    /// <summary>MealMe or Satsuma calls a day. Default 0: the vendor publishes none.</summary>
    [ConfigurationKeyName("MEALME_DAILY_LIMIT")]
    [Range(0, 100_000_000)]
    public int MealMe { get; init; }

    /// <summary>The bucket that a call counts against. Kroger counts per endpoint; its token endpoint is not limited.</summary>
    public QuotaLimit LimitOf(ProviderId id, string endpoint) => (id, endpoint) switch
    {
        (ProviderId.KrogerApi, "products") => new("KROGER_API.products", KrogerProducts),
        (ProviderId.KrogerApi, "locations") => new("KROGER_API.locations", KrogerLocations),
        (ProviderId.KrogerApi, "cart") => new("KROGER_API.cart", KrogerCart),
        (ProviderId.WalmartApi, _) => new("WALMART_API.all", Walmart),
        (ProviderId.Instacart, _) => new("INSTACART.all", Instacart),
        (ProviderId.MealMe, _) => new("MEALME.all", MealMe),
        _ => new($"{id.ToWire()}.{endpoint}", 0),
    };

    public IReadOnlyList<QuotaLimit> All =>
    [
        LimitOf(ProviderId.KrogerApi, "products"),
        LimitOf(ProviderId.KrogerApi, "locations"),
        LimitOf(ProviderId.KrogerApi, "cart"),
        LimitOf(ProviderId.WalmartApi, ""),
        LimitOf(ProviderId.Instacart, ""),
        LimitOf(ProviderId.MealMe, ""),
    ];
}

/// <summary>How quotes are hurried. Both switches are off by default: the plain timeout rules.</summary>
public sealed class ResilienceOptions
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
