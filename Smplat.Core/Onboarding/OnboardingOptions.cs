using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Onboarding;

/// <summary>When clients are reminded of their checklist, and when a journey counts as stalled.</summary>
public sealed class OnboardingOptions
{
    /// <summary>Runs the job that reminds clients. Default false.</summary>
    [ConfigurationKeyName("ONBOARDING_NUDGES_ENABLED")]
    public bool NudgesEnabled { get; init; }

    /// <summary>Hours without activity after which the client is reminded of an open task. Default 24.</summary>
    [ConfigurationKeyName("ONBOARDING_IDLE_HOURS")]
    [Range(1, 8_760)]
    public int IdleHours { get; init; } = 24;

    /// <summary>The most journeys of one run. Those that have been idle the longest come first. Default 100.</summary>
    [ConfigurationKeyName("ONBOARDING_NUDGE_LIMIT")]
    [Range(1, 10_000)]
    public int NudgeLimit { get; init; } = 100;

    /// <summary>Runs the job that marks journeys as stalled. Default true.</summary>
    [ConfigurationKeyName("ONBOARDING_STALLED_ENABLED")]
    public bool StalledEnabled { get; init; } = true;

    /// <summary>Hours after its start after which an untouched journey of an unpaid order counts as stalled. Default 72.</summary>
    [ConfigurationKeyName("ONBOARDING_STALLED_HOURS")]
    [Range(1, 8_760)]
    public int StalledHours { get; init; } = 72;

    /// <summary>Days that the free text of an interaction is kept. After that it is cleared. Default 180.</summary>
    [ConfigurationKeyName("ONBOARDING_DETAILS_RETENTION_DAYS")]
    [Range(1, 3_650)]
    public int DetailsDays { get; init; } = 180;

    /// <summary>Webhook for nudges of tasks whose preferred channel is Slack. If unset, they go by e-mail.</summary>
    [ConfigurationKeyName("ONBOARDING_SLACK_WEBHOOK_URL")]
    [SecretSetting]
    public Uri? SlackWebhookUrl { get; init; }

    /// <summary>Channel to post to instead of the webhook's own.</summary>
    [ConfigurationKeyName("ONBOARDING_SLACK_CHANNEL")]
    public string? SlackChannel { get; init; }
}
