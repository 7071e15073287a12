using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Observability.Counters;
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
        services.AddHostedService<TelemetryExport>();
        return services;
    }
}
