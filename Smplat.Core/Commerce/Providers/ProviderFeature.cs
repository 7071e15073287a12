using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Observability;
using Smplat.Core.Platform.Security;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Commerce.Providers;

/// <summary>
/// What all vendor clients share. A process with a table service registers its <see cref="ISharedCache"/> and
/// <see cref="IQuotaStore"/> before this.
/// </summary>
internal static class ProviderFeature
{
    public static IServiceCollection AddProviders(this IServiceCollection services)
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
        return services;
    }

    /// <summary>Registers a gateway inside its cache, its circuit breaker and its hedging, in this order from outside.</summary>
    internal static IServiceCollection AddGateway<T>(this IServiceCollection services)
        where T : class, IProviderGateway
    {
        services.AddSingleton<T>();
        services.AddSingleton<IProviderGateway>(provider => Decorate(provider, provider.GetRequiredService<T>()));
        return services;
    }

    private static CachingGateway Decorate(IServiceProvider provider, IProviderGateway gateway)
    {
        var clock = provider.GetRequiredService<TimeProvider>();
        var hedging = new HedgingGateway(gateway, provider.GetRequiredService<IOptionsMonitor<ResilienceOptions>>(), clock);
        var breaker = new BreakerGateway(hedging, provider.GetRequiredService<ProviderCircuits>().Breaker(gateway.Id), clock);
        return new CachingGateway(
            breaker,
            provider.GetRequiredService<VendorCache>(),
            provider.GetRequiredService<IOptionsMonitor<QuoteCacheOptions>>(),
            clock);
    }
}
