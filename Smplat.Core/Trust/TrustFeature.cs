using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Database;
using Smplat.Core.Jobs;
using Smplat.Core.Settings;
using Smplat.Core.Trust.Cache;
using Smplat.Core.Trust.Content;
using Smplat.Core.Trust.Forecast;
using Smplat.Core.Trust.Metrics;
using Smplat.Core.Trust.Resolving;
using Smplat.Core.Trust.Rollup;
using Smplat.Core.Trust.Sample;

namespace Smplat.Core.Trust;

public static class TrustFeature
{
    public static IServiceCollection AddTrust(this IServiceCollection services)
    {
        services.AddSettings<TrustOptions>();
        services.AddSingleton<TrustQueryStore>();
        services.AddSingleton<TrustFactStore>();
        services.AddSingleton<ForecastFactStore>();
        services.AddSingleton(provider => new TrustMetricRegistry(TrustMetricList.Create(
            provider.GetRequiredService<TrustFactStore>(), provider.GetRequiredService<ForecastFactStore>())));
        services.AddSingleton<TrustCounters>();
        services.AddSingleton<TrustMetricCache>();
        services.AddSingleton<TrustResolver>();
        services.AddSingleton<TrustPurge>();
        services.AddSingleton<TrustCatalogue>();
        services.AddSingleton<TrustRollupStore>();
        services.AddJob<TrustRollupJob>();
        services.AddSingleton<TrustContentStore>();
        services.AddSingleton<TrustContentIntake>();
        services.AddSingleton<ContentGate>();
        services.AddSingleton<ContentEnvironment>();
        services.AddSingleton<TrustExperiences>();
        services.AddSingleton<TrustSampleStore>();
        services.AddSingleton<ISampleData, TrustSample>();
        return services;
    }
}
