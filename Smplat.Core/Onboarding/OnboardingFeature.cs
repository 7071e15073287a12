using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Smplat.Core.Database;
using Smplat.Core.Jobs;
using Smplat.Core.Notifications.Slack;
using Smplat.Core.Onboarding.Events;
using Smplat.Core.Onboarding.Journeys;
using Smplat.Core.Onboarding.Nudges;
using Smplat.Core.Onboarding.Operators;
using Smplat.Core.Onboarding.Sample;
using Smplat.Core.Onboarding.Stalled;
using Smplat.Core.Settings;

namespace Smplat.Core.Onboarding;

public static class OnboardingFeature
{
    /// <summary>Name of the webhook in messages; its address stays in the settings.</summary>
    public const string SlackTargetName = "onboarding";

    public static IServiceCollection AddOnboarding(this IServiceCollection services)
    {
        services.AddSettings<OnboardingOptions>();
        services.AddSingleton<JourneyStore>();
        services.AddSingleton<JourneyHistoryStore>();
        services.AddSingleton<JourneyOpening>();
        services.AddSingleton<JourneyDesk>();
        services.AddSingleton<TaskToggle>();
        services.AddSingleton<ArtifactDesk>();
        services.AddSingleton<OnboardingEventIntake>();
        services.AddSingleton<JourneyListStore>();
        services.AddSingleton<JourneyDetailStore>();
        services.AddSingleton<JourneyReview>();
        services.AddSingleton<ManualNudges>();
        services.AddSingleton<NudgeStore>();
        services.AddSingleton<NudgeRound>();
        services.AddSingleton<StalledJourneyStore>();
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
