using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Observability.Counters;
using Smplat.Core.Observability.Exposition;
using Smplat.Core.Observability.Readiness;
using Smplat.Core.Settings;

namespace Smplat.Core.Observability;

public static class ObservabilityFeature
{
    public static IServiceCollection AddObservability(this IServiceCollection services)
    {
        services.AddSettings<ObservabilityOptions>();
        services.AddSingleton<CounterStore>();
        services.AddSingleton<DurableCounters>();
        services.AddHostedService<CounterFlush>();
        services.AddSingleton<DatabaseProbeStore>();
        services.AddSingleton<IReadinessComponent, DatabaseComponent>();
        services.AddSingleton<IReadinessComponent, SettingsComponent>();
        services.AddSingleton<ReadinessCheck>();
        services.AddSingleton<IMetricSource, AppMetrics>();
        services.AddMetricFamilies(ContractFamilies.All);
        services.AddSingleton<PrometheusFeed>();
        return services;
    }

    /// <summary>Declares durable counters, so that the feed knows their meaning and shows them before the first increment.</summary>
    public static IServiceCollection AddMetricFamilies(this IServiceCollection services, IEnumerable<MetricFamily> families)
    {
        foreach (var family in families)
        {
            services.AddSingleton(family);
        }

        return services;
    }
}
