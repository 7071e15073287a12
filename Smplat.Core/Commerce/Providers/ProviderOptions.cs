using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Commerce.Providers;

/// <summary>How a provider takes part in routing. The setting names hold the provider's own word in place of {0}.</summary>
public abstract class ProviderOptions(ProviderId id)
{
    /// <summary>Ask this provider for quotes. False takes it out at once. Default true; false for Kroger and Walmart.</summary>
    [ConfigurationKeyName("LOOPGPT_ENABLE_{0}")]
    public bool Enabled { get; init; } = true;

    /// <summary>Points that the provider starts with when quotes are ranked.</summary>
    [ConfigurationKeyName("LOOPGPT_{0}_PRIORITY")]
    [Range(0, 1000)]
    public int Priority { get; init; }

    /// <summary>Commission as a share of the order's value. Default 0.03; 0.02 for Instacart.</summary>
    [ConfigurationKeyName("LOOPGPT_{0}_COMMISSION")]
    [Range(0.0, 1.0)]
    public decimal Commission { get; init; } = 0.03m;

    /// <summary>Longest wait for a quote in milliseconds. Default 10000.</summary>
    [ConfigurationKeyName("LOOPGPT_{0}_TIMEOUT")]
    [Range(1, 120_000)]
    public int TimeoutMs { get; init; } = 10_000;

    /// <summary>Mock quotes instead of real ones, for drills and emergencies. Default false.</summary>
    [ConfigurationKeyName("LOOPGPT_{0}_MOCK")]
    public bool Mock { get; init; }

    /// <summary>A mock quote may replace a failed real one. Default false.</summary>
    [ConfigurationKeyName("LOOPGPT_{0}_ALLOW_MOCK_FALLBACK")]
    public bool AllowMockFallback { get; init; }

    /// <summary>Where the provider delivers: countries, or country and state as in US-CA. Default US.</summary>
    [ConfigurationKeyName("LOOPGPT_{0}_REGIONS")]
    public string[] Regions { get; init; } = ["US"];

    /// <summary>Extra attempts of a read-only call inside the timeout. Default 2; 3 for Kroger and Walmart.</summary>
    [ConfigurationKeyName("LOOPGPT_{0}_RETRIES")]
    [Range(0, 10)]
    public int Retries { get; init; } = 2;

    public ProviderConfig ToConfig() => new()
    {
        Id = id,
        Name = id.ToName(),
        Enabled = Enabled,
        Priority = Priority + Boost,
        CommissionRate = Commission,
        Regions = Regions,
        TimeoutMs = TimeoutMs,
        MaxRetries = Retries,
        Mock = Mock,
        AllowMockFallback = AllowMockFallback,
    };

    protected virtual int Boost => 0;
}

/// <summary>A chain that is called directly and not through an aggregator. Off by default.</summary>
public abstract class DirectProviderOptions : ProviderOptions
{
    /// <summary>What the prefer switch adds to the priority: 20 points, or 67 price points at default weights.</summary>
    private const int PreferBoost = 20;

    protected DirectProviderOptions(ProviderId id)
        : base(id)
    {
        Enabled = false;
        Priority = 60;
        Retries = 3;
    }

    /// <summary>Adds 20 to the priority. Default false.</summary>
    [ConfigurationKeyName("LOOPGPT_PREFER_DIRECT_{0}")]
    public bool Prefer { get; init; }

    protected override int Boost => Prefer ? PreferBoost : 0;
}

[SettingWord("KROGER")]
public sealed class KrogerProviderOptions() : DirectProviderOptions(ProviderId.KrogerApi);

[SettingWord("WALMART")]
public sealed class WalmartProviderOptions() : DirectProviderOptions(ProviderId.WalmartApi);

[SettingWord("MEALME")]
public sealed class MealMeProviderOptions : ProviderOptions
{
    public MealMeProviderOptions()
        : base(ProviderId.MealMe)
    {
        Priority = 50;
    }
}

[SettingWord("INSTACART")]
public sealed class InstacartProviderOptions : ProviderOptions
{
    public InstacartProviderOptions()
        : base(ProviderId.Instacart)
    {
        Priority = 40;
        Commission = 0.02m;
    }
}

/// <summary>How long answers of providers are kept.</summary>
internal sealed class QuoteCacheOptions
{
    /// <summary>Seconds for which a provider's quote for the same basket is reused. Default 300.</summary>
    [ConfigurationKeyName("LOOPGPT_QUOTE_CACHE_SECONDS")]
    [Range(0, 3600)]
    public int QuoteSeconds { get; init; } = 300;

    /// <summary>Seconds for which the store near a postal code is cached. Default 86400, a day.</summary>
    [ConfigurationKeyName("LOOPGPT_STORE_CACHE_SECONDS")]
    [Range(0, 604_800)]
    public int StoreSeconds { get; init; } = 86_400;

    /// <summary>Seconds for which a product search at a store is cached. Default 3600.</summary>
    [ConfigurationKeyName("LOOPGPT_SKU_CACHE_SECONDS")]
    [Range(0, 86_400)]
    public int SkuSeconds { get; init; } = 3600;
}

/// <summary>How many of the vendors' answers are cached, and how long the call ledger is kept.</summary>
public sealed class VendorCacheOptions
{
    /// <summary>Entries that one instance keeps in memory. Default 20000; read at start.</summary>
    [ConfigurationKeyName("LOOPGPT_CACHE_MAX_ENTRIES")]
    [Range(100, 1_000_000)]
    public int MemoryEntries { get; init; } = 20_000;

    /// <summary>
    /// Megabytes that all entries in memory may take together, measured as JSON; as objects they take about three times as
    /// much. Default 32; read at start.
    /// </summary>
    [ConfigurationKeyName("LOOPGPT_CACHE_MAX_MEGABYTES")]
    [Range(1, 4096)]
    public int MemoryMegabytes { get; init; } = 32;

    /// <summary>Share quotes, stores and products with the other instances through the table service. Default true.</summary>
    [ConfigurationKeyName("LOOPGPT_SHARED_CACHE_ENABLED")]
    public bool SharedEnabled { get; init; } = true;

    /// <summary>Days for which the ledger of vendor calls is kept. Default 400.</summary>
    [ConfigurationKeyName("LOOPGPT_VENDOR_CALL_RETENTION_DAYS")]
    [Range(1, 3650)]
    public int CallRetentionDays { get; init; } = 400;
}

/// <summary>How vendors are called over HTTP.</summary>
public sealed class VendorHttpOptions
{
    /// <summary>Calls that one instance may have in flight at one vendor. Default 64; read at start.</summary>
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

    /// <summary>
    /// Share of each daily limit that is reserved for callers with a key and for confirmations: callers without one are
    /// refused earlier. Default 0.5.
    /// </summary>
    [ConfigurationKeyName("LOOPGPT_VENDOR_KEYED_SHARE")]
    [Range(0.0, 1.0)]
    public decimal KeyedShare { get; init; } = 0.5m;

    /// <summary>
    /// Calls at one vendor that one address without a key may cause within 24 hours, as one instance counts them; a basket of
    /// 20 new items costs about 40 at Kroger and 20 at Walmart. Default 500; 0 means that only the daily limits hold.
    /// </summary>
    [ConfigurationKeyName("LOOPGPT_VENDOR_CALLS_PER_ADDRESS")]
    [Range(0, 100_000_000)]
    public int CallsPerAddress { get; init; } = 500;

    public IReadOnlyList<QuotaLimit> All =>
    [
        LimitOf(ProviderId.KrogerApi, "products"),
        LimitOf(ProviderId.KrogerApi, "locations"),
        LimitOf(ProviderId.KrogerApi, "cart"),
        LimitOf(ProviderId.WalmartApi, ""),
        LimitOf(ProviderId.Instacart, ""),
        LimitOf(ProviderId.MealMe, ""),
    ];

    /// <summary>The part of a limit that callers without a key may use; null when nothing is left for them.</summary>
    public QuotaLimit? OpenLimitOf(QuotaLimit limit) => (int)(limit.PerDay * (1 - KeyedShare)) is > 0 and var open
        ? new QuotaLimit(limit.Bucket + ".open", open)
        : null;

    /// <summary>The bucket that a call counts against. Kroger counts per endpoint; its token endpoint has no limit.</summary>
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
}

/// <summary>Adaptive timeouts and hedging of quotes. Both are off by default: the plain timeout applies.</summary>
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
