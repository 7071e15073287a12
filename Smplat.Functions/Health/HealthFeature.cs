using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Platform.Observability;

namespace Smplat.Functions.Health;

public static class HealthFeature
{
    public static IServiceCollection AddHealth(this IServiceCollection services) =>
        services.AddSingleton<IReadinessComponent, KeysComponent>();
}
