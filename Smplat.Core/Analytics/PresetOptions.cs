using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Analytics;

/// <summary>Rollup and alerts of preset events.</summary>
public sealed class PresetOptions
{
    /// <summary>Days that the nightly rollup looks at. Default 90.</summary>
    [ConfigurationKeyName("PRESET_EVENT_METRICS_DAYS")]
    [Range(1, 365)]
    public int MetricsDays { get; init; } = 90;

    /// <summary>Sends alerts by e-mail and Slack. Default false: they are only recorded.</summary>
    [ConfigurationKeyName("PRESET_EVENT_ALERT_NOTIFICATIONS_ENABLED")]
    public bool NotificationsEnabled { get; init; }

    /// <summary>Days that alerts look at. Default 30.</summary>
    [ConfigurationKeyName("PRESET_EVENT_ALERT_WINDOW_DAYS")]
    [Range(1, 90)]
    public int AlertWindowDays { get; init; } = 30;

    /// <summary>Addresses that alerts go to, separated by commas. Default none.</summary>
    [ConfigurationKeyName("PRESET_EVENT_ALERT_EMAIL_RECIPIENTS")]
    public string EmailRecipients { get; init; } = "";

    /// <summary>Webhook that alerts are posted to. Default none.</summary>
    [ConfigurationKeyName("PRESET_EVENT_ALERT_SLACK_WEBHOOK_URL")]
    [SecretSetting]
    public Uri? SlackWebhookUrl { get; init; }

    /// <summary>Channel to post to instead of the webhook's own.</summary>
    [ConfigurationKeyName("PRESET_EVENT_ALERT_SLACK_CHANNEL")]
    public string? SlackChannel { get; init; }

    public IReadOnlyList<string> Recipients =>
        EmailRecipients.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
