using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Operators;

namespace Smplat.Functions.Ops;

public static class OpsFeature
{
    /// <summary>The operators' page.</summary>
    public static IServiceCollection AddOps(this IServiceCollection services) => services
        .AddOperatorsPage()
        .AddSingleton<OpsSecret>()
        .AddSingleton<OpsSessions>()
        .AddSingleton<OpsCookies>()
        .AddSingleton<LoginGuard>()
        .AddSingleton<OpsLogin>()
        .AddSingleton<OpsDoor>()
        .AddSingleton<OverviewPage>()
        .AddSingleton<BannerActions>()
        .AddSingleton<JobsPage>()
        .AddSingleton<JobActions>()
        .AddSingleton<QueuePage>()
        .AddSingleton<DeadLetterPage>()
        .AddSingleton<QueueActions>()
        .AddSingleton<ProvidersPage>()
        .AddSingleton<CommercePage>()
        .AddSingleton<RecoveryPage>()
        .AddSingleton<RecoveryActions>()
        .AddSingleton<SwitchesPage>();
}
