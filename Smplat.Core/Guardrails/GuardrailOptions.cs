using Microsoft.Extensions.Configuration;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Guardrails;

/// <summary>Who hears of follow-ups on providers.</summary>
public sealed class GuardrailOptions
{
    /// <summary>Slack webhook that receives a notice of each follow-up. Default none.</summary>
    [ConfigurationKeyName("PROVIDER_AUTOMATION_ALERT_SLACK_WEBHOOK_URL")]
    [SecretSetting]
    public Uri? SlackWebhookUrl { get; init; }

    /// <summary>Slack channel to post to instead of the webhook's default.</summary>
    [ConfigurationKeyName("PROVIDER_AUTOMATION_ALERT_SLACK_CHANNEL")]
    public string? SlackChannel { get; init; }
}
