using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Platform.Database;
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
        .AddSingleton<ISampleData, ShopSampleStore>()
        .AddSettings<SurfaceOptions>()
        .AddSingleton<StorefrontSurfaces>()
        .AddSettings<KeyUseOptions>()
        .AddSingleton<KeyUseStore>()
        .AddSingleton<KeyUseLog>()
        .AddHostedService(provider => provider.GetRequiredService<KeyUseLog>())
        .AddSingleton<KeyReview>()
        .AddSingleton<IExpiringRows, KeyUseRetention>();

    /// <summary>What only the operators' page reads.</summary>
    public static IServiceCollection AddOperatorsPage(this IServiceCollection services) => services
        .AddSettings<OpsPageOptions>()
        .AddSettings<HourlyTotalsOptions>()
        .AddSingleton<HourlyTotalsStore>()
        .AddJob<CommerceHoursJob>()
        .AddSingleton<OpsPageStore>()
        .AddSingleton<QueueQueries>()
        .AddSingleton<RecoveryQueries>()
        .AddSingleton<CircuitQueries>()
        .AddSingleton<RecordStore>()
        .AddSingleton<RecordLookup>()
        .AddSingleton<CommerceDashboardStore>()
        .AddSingleton<CommerceDashboards>();

    /// <summary>The repair of checkouts, hosted sessions and messages. It needs Checkout, Billing and the outbox.</summary>
    public static IServiceCollection AddRecoveryRepair(this IServiceCollection services) => services
        .AddSingleton<RepairStore>()
        .AddSingleton<RecoveryRepair>();
}
