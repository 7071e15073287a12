using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace Smplat.Core.Commerce.Providers;

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
