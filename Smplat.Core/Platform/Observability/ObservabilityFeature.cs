using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Platform.Observability;

public static class ObservabilityFeature
{
    public static IServiceCollection AddObservability(this IServiceCollection services)
    {
        services.AddSettings<ObservabilityOptions>();
        services.AddSingleton<CounterStore>();
        services.AddSingleton<DurableCounters>();
        services.AddWriteBehind<DurableCounters>(
            TimeSpan.FromSeconds(1),
            (counters, cancellationToken) => counters.FlushAsync(cancellationToken),
            ObservabilityLog.CountersNotWritten);
        services.AddSingleton<DatabaseProbeStore>();
        services.AddSingleton<IReadinessComponent, DatabaseComponent>();
        services.AddSingleton<IReadinessComponent, SettingsComponent>();
        services.AddSingleton<ReadinessCheck>();
        services.AddSingleton<IMetricSource, AppMetrics>();
        services.AddSingleton<PrometheusFeed>();
        return services;
    }

    /// <summary>Declares durable counters, so that the feed can describe them and shows them before the first increment.</summary>
    public static IServiceCollection AddMetricFamilies(this IServiceCollection services, IEnumerable<MetricFamily> families)
    {
        foreach (var family in families)
        {
            services.AddSingleton(family);
        }

        return services;
    }
}
