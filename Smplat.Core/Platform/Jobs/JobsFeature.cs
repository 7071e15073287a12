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
        services.AddSingleton<JobRegistry>();
        services.AddSingleton<JobStore>();
        services.AddSingleton<JobQueries>();
        services.AddSingleton<JobRunner>();
        services.AddSingleton<IReadinessComponent, CatalogSchedulerComponent>();
        services.AddSingleton<IMetricSource, JobMetrics>();
        services.AddJob<RetentionJob>();
        services.AddSingleton<JobWatch>();
        services.AddHostedService<JobRegistration>();
        return services;
    }

    /// <summary>Reports a job as a readiness component with its own name.</summary>
    public static IServiceCollection AddJobComponent(this IServiceCollection services, string name, string jobId) =>
        services.AddSingleton<IReadinessComponent>(provider => new JobComponent(
            name,
            jobId,
            provider.GetRequiredService<JobRegistry>(),
            provider.GetRequiredService<JobGate>(),
            provider.GetRequiredService<JobQueries>(),
            provider.GetRequiredService<JobWatch>()));

    /// <summary>Registers a job; features call it for each of their jobs.</summary>
    public static IServiceCollection AddJob<T>(this IServiceCollection services)
        where T : class, IJob
    {
        services.AddSingleton<T>();
        services.AddSingleton<IJob>(provider => provider.GetRequiredService<T>());
        return services;
    }
}
