using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Trust;

public static class TrustFeature
{
    public static IServiceCollection AddTrust(this IServiceCollection services)
    {
        services.AddSettings<TrustOptions>();
        services.AddSingleton<TrustFactStore>();
        services.AddSingleton(provider =>
            new TrustMetricRegistry(TrustMetricList.Create(provider.GetRequiredService<TrustFactStore>())));
        services.AddSingleton<TrustCounters>();
        services.AddSingleton<TrustMetricCache>();
        services.AddSingleton<TrustResolver>();
        services.AddSingleton<TrustMetricCatalog>();
        services.AddSingleton<TrustRollupStore>();
        services.AddJob<TrustRollupJob>();
        services.AddSingleton<TrustContentStore>();
        services.AddSingleton<TrustContentIntake>();
        services.AddSingleton<ContentAuthorization>();
        services.AddSingleton<ContentEnvironment>();
        services.AddSingleton<TrustExperiences>();
        services.AddSingleton<TrustSampleStore>();
        services.AddSingleton<ISampleData, TrustSample>();
        return services;
    }
}
