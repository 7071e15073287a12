using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Operators;

public static class OperatorsFeature
{
    public static IServiceCollection AddOperators(this IServiceCollection services) => services
        .AddSingleton<IncidentBannerStore>()
        .AddSingleton<BannerBoard>()
        .AddSingleton<FeatureSwitches>()
        .AddSingleton<SampleLoadStore>()
        .AddSingleton<SampleLoad>()
        .AddSettings<SurfaceOptions>()
        .AddSingleton<StorefrontSurfaces>()
        .AddSettings<KeyUseOptions>()
        .AddSingleton<KeyUseStore>()
        .AddSingleton<KeyUseLog>()
        .AddSingleton<KeyReview>()
        .AddSingleton<IExpiringRows, KeyUseUpkeep>()
        .AddHostedService<KeyUseFlush>();

    /// <summary>What the operators' page reads beside what the routes and the command line read.</summary>
    public static IServiceCollection AddOperatorsPage(this IServiceCollection services) => services
        .AddSettings<OpsPageOptions>()
        .AddSettings<HoursOptions>()
        .AddSingleton<HoursStore>()
        .AddJob<CommerceHoursJob>()
        .AddSingleton<QueueStore>()
        .AddSingleton<QueueView>()
        .AddSingleton<CommerceDashboardStore>()
        .AddSingleton<CommerceDashboards>()
        .AddSingleton<RecoveryViewStore>()
        .AddSingleton<RecoveryView>();
}
