using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Outbox;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Onboarding;

public static class OnboardingFeature
{
    /// <summary>The name of the webhook in messages. Its URL is only in the settings.</summary>
    public const string SlackTargetName = "onboarding";

    public static IServiceCollection AddOnboarding(this IServiceCollection services)
    {
        services.AddSettings<OnboardingOptions>();
        services.AddSingleton<JourneyStore>();
        services.AddSingleton<JourneyHistoryStore>();
        services.AddSingleton<JourneyOpening>();
        services.AddSingleton<JourneyOperations>();
        services.AddSingleton<TaskToggle>();
        services.AddSingleton<ArtifactOperations>();
        services.AddSingleton<OnboardingEventIntake>();
        services.AddSingleton<JourneyQueryStore>();
        services.AddSingleton<JourneyQueries>();
        services.AddSingleton<ManualNudges>();
        services.AddSingleton<NudgeStore>();
        services.AddSingleton<NudgeRun>();
        services.AddSingleton<OnboardingSampleStore>();
        services.AddSingleton<ISampleData, OnboardingSample>();
        services.AddJob<OnboardingNudgesJob>();
        services.AddJob<StalledJourneysJob>();
        services.AddJob<OnboardingRetentionJob>();
        services.AddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptionsMonitor<OnboardingOptions>>();
            return new SlackTarget(SlackTargetName, () => options.CurrentValue is { SlackWebhookUrl: { } webhook } set
                ? (webhook, set.SlackChannel)
                : null);
        });
        return services;
    }
}
