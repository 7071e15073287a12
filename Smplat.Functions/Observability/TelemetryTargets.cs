using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Observability;

namespace Smplat.Functions.Observability;

public static class TelemetryTargets
{
    public static IServiceCollection AddTelemetryTargets(this IServiceCollection services) =>
        services.AddSingleton<ITelemetryTarget, AzureMonitorTarget>();
}
