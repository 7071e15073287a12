using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Observability;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Catalog;

public static class CatalogFeature
{
    public static IServiceCollection AddCatalogSearch(this IServiceCollection services)
    {
        services.AddSettings<CatalogOptions>();
        services.AddSingleton<SearchStore>();
        services.AddSingleton<SearchTelemetry>();
        services.AddSingleton<SearchInsights>();
        services.AddSingleton<IMetricSource, SearchMetrics>();
        services.AddHostedService<SearchFlush>();
        services.AddSingleton<ISampleData, SearchSample>();
        return services.AddJob<SearchRetentionJob>();
    }
}
