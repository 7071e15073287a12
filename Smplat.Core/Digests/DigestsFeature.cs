using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Digests;

public static class DigestsFeature
{
    public static IServiceCollection AddDigests(this IServiceCollection services)
    {
        services.AddSettings<DigestOptions>();
        services.AddSingleton<DigestStore>();
        services.AddSingleton<DigestPreview>();
        services.AddSingleton<OperatorDigest>();
        services.AddSingleton<WeeklyDigest>();
        services.AddJob<WeeklyDigestJob>();
        return services.AddJobComponent("weekly_digest", WeeklyDigestJob.Id);
    }
}
