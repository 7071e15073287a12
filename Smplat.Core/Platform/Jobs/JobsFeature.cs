using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Platform.Observability;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Platform.Jobs;

public static class JobsFeature
{
    public static IServiceCollection AddJobs(this IServiceCollection services)
    {
        services.AddSettings<JobsOptions>();
        services.AddSingleton<JobGate>();
        services.AddSingleton<JobCatalog>();
        services.AddSingleton<JobStore>();
        services.AddSingleton<JobLedgerStore>();
        services.AddSingleton<JobRunner>();
        services.AddSingleton<RetryDueJobs>();
        services.AddSingleton<JobLedgerView>();
        services.AddSingleton<IReadinessComponent, CatalogSchedulerComponent>();
        services.AddSingleton<IMetricSource, JobMetrics>();
        services.AddJob<RetentionJob>();
        services.AddHostedService<JobHeartbeat>();
        return services;
    }

    /// <summary>Shows a job as a component of readiness under a name of its own.</summary>
    public static IServiceCollection AddJobComponent(this IServiceCollection services, string name, string jobId) =>
        services.AddSingleton<IReadinessComponent>(provider => new JobComponent(
            name,
            jobId,
            provider.GetRequiredService<JobCatalog>(),
            provider.GetRequiredService<JobGate>(),
            provider.GetRequiredService<JobLedgerView>()));

    /// <summary>Adds a job to the catalogue; features call it for each of theirs.</summary>
    public static IServiceCollection AddJob<T>(this IServiceCollection services)
        where T : class, IJob
    {
        services.AddSingleton<T>();
        services.AddSingleton<IJob>(provider => provider.GetRequiredService<T>());
        return services;
    }
}
