using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Digests;

public static class DigestsFeature
{
    public static IServiceCollection AddDigests(this IServiceCollection services)
    {
        services.AddSettings<WeeklyDigestOptions>();
        services.AddSingleton<DigestStore>();
        services.AddSingleton<DigestIssue>();
        services.AddSingleton<DigestPreview>();
        services.AddSingleton<OperatorDigestStore>();
        services.AddSingleton<OperatorDigest>();
        services.AddSingleton<WeeklyDigest>();
        services.AddJob<WeeklyDigestJob>();
        return services.AddJobComponent("weekly_digest", WeeklyDigestJob.Id);
    }
}
