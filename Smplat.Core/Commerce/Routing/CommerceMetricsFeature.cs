using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Platform.Observability;

namespace Smplat.Core.Commerce.Routing;

internal static class CommerceMetricsFeature
{
    public static IServiceCollection AddCommerceMetrics(this IServiceCollection services)
    {
        services.AddSingleton<CommerceTally>();
        services.AddSingleton<CommerceMetricStore>();
        return services.AddSingleton<IMetricSource, CommerceMetrics>();
    }
}
