using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Observability.Exposition;

namespace Smplat.Core.Commerce.Metrics;

public static class CommerceMetricsFeature
{
    public static IServiceCollection AddCommerceMetrics(this IServiceCollection services)
    {
        services.AddSingleton<CommerceTally>();
        services.AddSingleton<CommerceMetricStore>();
        return services.AddSingleton<IMetricSource, CommerceMetrics>();
    }
}
