using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Catalog.Search;
using Smplat.Core.Database;
using Smplat.Core.Jobs;
using Smplat.Core.Observability.Exposition;
using Smplat.Core.Settings;

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
