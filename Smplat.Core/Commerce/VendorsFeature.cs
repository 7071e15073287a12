using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Providers.Instacart;
using Smplat.Core.Commerce.Providers.Kroger;
using Smplat.Core.Commerce.Providers.MealMe;
using Smplat.Core.Commerce.Providers.Walmart;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Observability;
using Smplat.Core.Platform.Security;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Commerce;

/// <summary>
/// The real gateways, each inside its cache, its circuit and its pace, in this order from outside. A process with a table
/// service registers its <see cref="ISharedCache"/> and <see cref="IQuotaStore"/> before this.
/// </summary>
public static class VendorsFeature
{
    public static IServiceCollection AddVendors(this IServiceCollection services)
    {
        services.AddSettings<VendorHttpOptions>();
        services.AddSettings<VendorCacheOptions>();
        services.AddSettings<VendorQuotaOptions>();
        services.AddSettings<ResilienceOptions>();
        services.TryAddSingleton<ISharedCache, NullSharedCache>();
        services.TryAddSingleton<IQuotaStore, NullQuotaStore>();
        services.AddSingleton<SharedCacheWriter>();
        services.AddHostedService(provider => provider.GetRequiredService<SharedCacheWriter>());
        services.AddSingleton<VendorCache>();
        services.AddSingleton<ReferencePrices>();
        services.AddSingleton<VendorQuotas>();
        services.AddSingleton<VendorCallStore>();
        services.AddSingleton<VendorCallLedger>();
        services.AddSingleton<VendorAudit>();
        services.AddJob<VendorUpkeepJob>();
        services.AddHostedService<VendorCallFlush>();
        services.AddOutgoing();
        services.AddSingleton<VendorHttp>();
        services.TryAddSingleton<ProviderCircuits>();
        services.AddSingleton<CircuitStore>();
        services.AddSingleton<CircuitPublisher>();
        services.AddHostedService(provider => provider.GetRequiredService<CircuitPublisher>());
        services.AddSingleton<IMetricSource, CircuitMetrics>();
        return services.AddKroger().AddWalmart().AddInstacart().AddMealMe();
    }

    /// <summary>Registers a gateway with everything around it.</summary>
    internal static IServiceCollection AddGateway<T>(this IServiceCollection services)
        where T : class, IProviderGateway
    {
        services.AddSingleton<T>();
        services.AddSingleton<IProviderGateway>(provider => Wrap(provider, provider.GetRequiredService<T>()));
        return services;
    }

    private static CachingGateway Wrap(IServiceProvider provider, IProviderGateway gateway)
    {
        var clock = provider.GetRequiredService<TimeProvider>();
        var hurried = new HedgingGateway(gateway, provider.GetRequiredService<IOptionsMonitor<ResilienceOptions>>(), clock);
        var guarded = new BreakerGateway(hurried, provider.GetRequiredService<ProviderCircuits>().Breaker(gateway.Id), clock);
        return new CachingGateway(
            guarded,
            provider.GetRequiredService<VendorCache>(),
            provider.GetRequiredService<IOptionsMonitor<QuoteCacheOptions>>(),
            clock);
    }
}
