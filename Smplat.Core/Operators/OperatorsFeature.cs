using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Operators;

public static class OperatorsFeature
{
    public static IServiceCollection AddOperators(this IServiceCollection services) => services
        .AddSingleton<IncidentBannerStore>()
        .AddSingleton<BannerOperations>()
        .AddSingleton<FeatureSwitches>()
        .AddSingleton<SampleLoadStore>()
        .AddSingleton<SampleLoad>()
        .AddSettings<SurfaceOptions>()
        .AddSingleton<StorefrontSurfaces>()
        .AddSettings<KeyUseOptions>()
        .AddSingleton<KeyUseStore>()
        .AddSingleton<KeyUseLog>()
        .AddSingleton<KeyReview>()
        .AddSingleton<IExpiringRows, KeyUseRetention>()
        .AddHostedService<KeyUseFlush>();

    /// <summary>What the operators' page reads beside what the routes and the command line read.</summary>
    public static IServiceCollection AddOperatorsPage(this IServiceCollection services) => services
        .AddSettings<OpsPageOptions>()
        .AddSettings<HourlyTotalsOptions>()
        .AddSingleton<HourlyTotalsStore>()
        .AddJob<CommerceHoursJob>()
        .AddSingleton<QueueStore>()
        .AddSingleton<QueueQueries>()
        .AddSingleton<CommerceDashboardStore>()
        .AddSingleton<CommerceDashboards>()
        .AddSingleton<RecoveryViewStore>()
        .AddSingleton<RecoveryQueries>();
}
