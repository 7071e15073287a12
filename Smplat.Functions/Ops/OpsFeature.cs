using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Operators;

namespace Smplat.Functions.Ops;

public static class OpsFeature
{
    /// <summary>The operator pages.</summary>
    public static IServiceCollection AddOps(this IServiceCollection services) => services
        .AddOperatorsPage()
        .AddSingleton<OpsSessions>()
        .AddSingleton<OpsCookies>()
        .AddSingleton<OpsLockout>()
        .AddSingleton<OpsLogin>()
        .AddSingleton<ShellReader>()
        .AddSingleton<OpsAuthorization>()
        .AddSingleton<OverviewPage>()
        .AddSingleton<BannerActions>()
        .AddSingleton<JobsPage>()
        .AddSingleton<JobActions>()
        .AddSingleton<QueuePage>()
        .AddSingleton<DeadLetterPage>()
        .AddSingleton<QueueActions>()
        .AddSingleton<ProvidersPage>()
        .AddSingleton<CommercePage>()
        .AddSingleton<RequestsPage>()
        .AddSingleton<FindPage>()
        .AddSingleton<RecoveryPage>()
        .AddSingleton<RecoveryActions>()
        .AddSingleton<SwitchesPage>();
}
