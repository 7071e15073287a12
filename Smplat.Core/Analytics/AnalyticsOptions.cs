using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Analytics;

/// <summary>Limits and rules for events.</summary>
public sealed class AnalyticsOptions
{
    /// <summary>Known event types, separated by commas. Default empty: every type is accepted.</summary>
    [ConfigurationKeyName("ANALYTICS_EVENT_TYPES")]
    public string EventTypes { get; init; } = "";

    /// <summary>
    /// What happens to a type that is not in the list: <c>accept</c> keeps it, <c>other</c> stores it as <c>other</c>
    /// together with the type as sent, <c>reject</c> refuses it (replayable). Default accept.
    /// </summary>
    [ConfigurationKeyName("ANALYTICS_UNKNOWN_EVENT_TYPES")]
    [RegularExpression("accept|other|reject", ErrorMessage = "{0} must be accept, other or reject.")]
    public string UnknownEventTypes { get; init; } = "accept";

    /// <summary>Largest event in bytes of JSON. Default 32,768.</summary>
    [ConfigurationKeyName("ANALYTICS_EVENT_MAX_BYTES")]
    [Range(1024, 1_048_576)]
    public int MaxEventBytes { get; init; } = 32_768;

    /// <summary>Maximum events in one request. Default 2,000.</summary>
    [ConfigurationKeyName("ANALYTICS_BATCH_MAX_EVENTS")]
    [Range(1, 10_000)]
    public int MaxBatchEvents { get; init; } = 2_000;

    /// <summary>Largest metadata object in bytes of JSON. Default 16,384.</summary>
    [ConfigurationKeyName("ANALYTICS_METADATA_MAX_BYTES")]
    [Range(256, 1_048_576)]
    public int MaxMetadataBytes { get; init; } = 16_384;

    /// <summary>Maximum nesting of metadata, counting the object itself as 1. Default 8.</summary>
    [ConfigurationKeyName("ANALYTICS_METADATA_MAX_DEPTH")]
    [Range(1, 32)]
    public int MaxMetadataDepth { get; init; } = 8;

    /// <summary>Maximum members of metadata, at all levels. Default 256.</summary>
    [ConfigurationKeyName("ANALYTICS_METADATA_MAX_MEMBERS")]
    [Range(1, 10_000)]
    public int MaxMetadataMembers { get; init; } = 256;

    /// <summary>Maximum age of <c>occurred_at</c> in hours; older events are rejected. Default 168.</summary>
    [ConfigurationKeyName("ANALYTICS_OCCURRED_AT_MAX_AGE_HOURS")]
    [Range(1, 17_520)]
    public int MaxAgeHours { get; init; } = 168;

    /// <summary>
    /// Seconds that a client's clock may be ahead; a later time is set to now and marked. Default 300.
    /// </summary>
    [ConfigurationKeyName("ANALYTICS_OCCURRED_AT_MAX_SKEW_SECONDS")]
    [Range(0, 86_400)]
    public int MaxSkewSeconds { get; init; } = 300;

    /// <summary>
    /// What happens to personal data in metadata and order references: <c>redact</c> replaces the value, <c>reject</c>
    /// refuses the event, <c>keep</c> stores it. Default redact.
    /// </summary>
    [ConfigurationKeyName("ANALYTICS_PII_POLICY")]
    [RegularExpression("redact|reject|keep", ErrorMessage = "{0} must be redact, reject or keep.")]
    public string PiiPolicy { get; init; } = "redact";
}

/// <summary>Settings for the event queue and its commits.</summary>
public sealed class IngestionOptions
{
    /// <summary>
    /// Maximum events waiting in one instance; above it, callers get 429 with Retry-After. Default 50,000.
    /// </summary>
    [ConfigurationKeyName("ANALYTICS_QUEUE_MAX_EVENTS")]
    [Range(1, 1_000_000)]
    public int MaxQueuedEvents { get; init; } = 50_000;

    /// <summary>Maximum megabytes of JSON waiting in one instance; above it, callers get 429. Default 64.</summary>
    [ConfigurationKeyName("ANALYTICS_QUEUE_MAX_MEGABYTES")]
    [Range(1, 4_096)]
    public int MaxQueuedMegabytes { get; init; } = 64;

    /// <summary>Maximum events committed as one group. Default 2,000.</summary>
    [ConfigurationKeyName("ANALYTICS_GROUP_MAX_EVENTS")]
    [Range(1, 20_000)]
    public int MaxGroupEvents { get; init; } = 2_000;

    /// <summary>
    /// Group size from which COPY is used instead of one statement. Default 64; see docs/analytics.md for measurements.
    /// </summary>
    [ConfigurationKeyName("ANALYTICS_COPY_MIN_EVENTS")]
    [Range(1, 20_000)]
    public int MinCopyEvents { get; init; } = 64;

    /// <summary>Large groups that one instance commits in parallel, each on its own connection. Default 2.</summary>
    [ConfigurationKeyName("ANALYTICS_WRITERS")]
    [Range(1, 16)]
    public int Writers { get; init; } = 2;

    /// <summary>Milliseconds that a request waits for its commit before it answers 503. Default 2,000.</summary>
    [ConfigurationKeyName("ANALYTICS_WRITE_TIMEOUT_MILLISECONDS")]
    [Range(100, 60_000)]
    public int WriteTimeoutMilliseconds { get; init; } = 2_000;
}

/// <summary>Settings for the rollup and alerts of preset events.</summary>
internal sealed class PresetOptions
{
    /// <summary>Days covered by the nightly rollup. Default 90.</summary>
    [ConfigurationKeyName("PRESET_EVENT_METRICS_DAYS")]
    [Range(1, 365)]
    public int MetricsDays { get; init; } = 90;

    /// <summary>Sends alerts by email and Slack. Default false: they are only recorded.</summary>
    [ConfigurationKeyName("PRESET_EVENT_ALERT_NOTIFICATIONS_ENABLED")]
    public bool NotificationsEnabled { get; init; }

    /// <summary>Days covered by the alert check. Default 30.</summary>
    [ConfigurationKeyName("PRESET_EVENT_ALERT_WINDOW_DAYS")]
    [Range(1, 90)]
    public int AlertWindowDays { get; init; } = 30;

    /// <summary>Email addresses that receive alerts, separated by commas. Default none.</summary>
    [ConfigurationKeyName("PRESET_EVENT_ALERT_EMAIL_RECIPIENTS")]
    public string EmailRecipients { get; init; } = "";

    /// <summary>Slack webhook that receives alerts. Default none.</summary>
    [ConfigurationKeyName("PRESET_EVENT_ALERT_SLACK_WEBHOOK_URL")]
    [SecretSetting]
    public Uri? SlackWebhookUrl { get; init; }

    /// <summary>Slack channel to post to instead of the webhook's default.</summary>
    [ConfigurationKeyName("PRESET_EVENT_ALERT_SLACK_CHANNEL")]
    public string? SlackChannel { get; init; }

    public IReadOnlyList<string> Recipients =>
        EmailRecipients.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}

/// <summary>
/// How long data that links an event to a person is kept. Events themselves are dropped by month, see
/// docs/analytics.md.
/// </summary>
internal sealed class RetentionOptions
{
    /// <summary>Days after which the order reference of an event is removed. Default 180.</summary>
    [ConfigurationKeyName("ANALYTICS_REFERENCE_RETENTION_DAYS")]
    [Range(1, 3_650)]
    public int ReferenceDays { get; init; } = 180;

    /// <summary>
    /// Days without being sent again after which a rejected event is deleted, replayed or not. Default 30.
    /// </summary>
    [ConfigurationKeyName("ANALYTICS_REJECTED_RETENTION_DAYS")]
    [Range(1, 3_650)]
    public int RejectedDays { get; init; } = 30;
}
