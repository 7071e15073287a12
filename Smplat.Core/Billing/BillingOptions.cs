using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Billing;

/// <summary>Who may use the billing routes.</summary>
public sealed class BillingRolloutOptions
{
    /// <summary><c>disabled</c>, <c>pilot</c> (only the listed workspaces) or <c>ga</c>. Default pilot.</summary>
    [ConfigurationKeyName("BILLING_ROLLOUT_STAGE")]
    [RegularExpression("(?i)disabled|pilot|ga", ErrorMessage = "{0} must be disabled, pilot or ga.")]
    public string Stage { get; init; } = "pilot";

    /// <summary>Workspaces of the pilot. Default none.</summary>
    [ConfigurationKeyName("BILLING_ROLLOUT_WORKSPACES")]
    public string[] Workspaces { get; init; } = [];

    public bool IsDisabled => Stage.Equals("disabled", StringComparison.OrdinalIgnoreCase);

    public bool Admits(Guid workspaceId) =>
        Stage.Equals("ga", StringComparison.OrdinalIgnoreCase)
        || Workspaces.Contains(workspaceId.ToString(), StringComparer.OrdinalIgnoreCase);
}

/// <summary>How hosted payment sessions that were not completed are recovered.</summary>
public sealed class HostedRecoveryOptions
{
    /// <summary>Whether the recovery runs on a timer. Default false.</summary>
    [ConfigurationKeyName("HOSTED_RECOVERY_WORKER_ENABLED")]
    public bool IsEnabled { get; init; }

    /// <summary>Seconds between two runs. Default 300.</summary>
    [ConfigurationKeyName("HOSTED_RECOVERY_INTERVAL_SECONDS")]
    [Range(5, 86_400)]
    public int IntervalSeconds { get; init; } = 300;

    /// <summary>The most sessions of one run. Default 100.</summary>
    [ConfigurationKeyName("HOSTED_RECOVERY_LIMIT")]
    [Range(1, 10_000)]
    public int Limit { get; init; } = 100;

    /// <summary>The most attempts for one session; after them the session is exhausted. Default 5.</summary>
    [ConfigurationKeyName("HOSTED_RECOVERY_MAX_ATTEMPTS")]
    [Range(1, 50)]
    public int MaxAttempts { get; init; } = 5;

    /// <summary>The label of runs started by the timer. Default scheduler.</summary>
    [ConfigurationKeyName("HOSTED_RECOVERY_TRIGGER_LABEL")]
    [StringLength(64, MinimumLength = 1)]
    public string TriggerLabel { get; init; } = "scheduler";

    /// <summary>Notify operators by mail of the first two attempts. Default false.</summary>
    [ConfigurationKeyName("HOSTED_RECOVERY_EMAIL_ENABLED")]
    public bool IsEmailEnabled { get; init; }

    /// <summary>Operators' addresses. Default none.</summary>
    [ConfigurationKeyName("HOSTED_RECOVERY_EMAIL_RECIPIENTS")]
    public string[] EmailRecipients { get; init; } = [];

    /// <summary>Notify operators in Slack of later attempts and exhausted sessions. Default false.</summary>
    [ConfigurationKeyName("HOSTED_RECOVERY_SLACK_ENABLED")]
    public bool IsSlackEnabled { get; init; }

    /// <summary>The Slack webhook for these notifications. Default none.</summary>
    [ConfigurationKeyName("HOSTED_RECOVERY_SLACK_WEBHOOK_URL")]
    [SecretSetting]
    public Uri? SlackWebhookUrl { get; init; }

    /// <summary>Slack channel to use instead of the webhook's own.</summary>
    [ConfigurationKeyName("HOSTED_RECOVERY_SLACK_CHANNEL")]
    public string? SlackChannel { get; init; }

    /// <summary>Also remind the customer. Default true.</summary>
    [ConfigurationKeyName("HOSTED_RECOVERY_CUSTOMER_ENABLED")]
    public bool IsCustomerEnabled { get; init; } = true;

    /// <summary>Replace expired and failed sessions with new ones, so that the customer's link works. Default false.</summary>
    [ConfigurationKeyName("HOSTED_RECOVERY_REGENERATE_ENABLED")]
    public bool IsRegenerateEnabled { get; init; }
}
