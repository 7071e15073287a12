using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Analytics;

/// <summary>What an event may look like, and how long what is kept of it lives.</summary>
public sealed class AnalyticsOptions
{
    /// <summary>Known event types, separated by commas. Default empty: every type is known.</summary>
    [ConfigurationKeyName("ANALYTICS_EVENT_TYPES")]
    public string EventTypes { get; init; } = "";

    /// <summary>
    /// What happens to a type that is not in the list: <c>accept</c> keeps it, <c>other</c> files it under <c>other</c>
    /// with the type as sent beside it, <c>reject</c> refuses it (replayable). Default accept.
    /// </summary>
    [ConfigurationKeyName("ANALYTICS_UNKNOWN_EVENT_TYPES")]
    [RegularExpression("accept|other|reject", ErrorMessage = "{0} must be accept, other or reject.")]
    public string UnknownEventTypes { get; init; } = "accept";

    /// <summary>Largest event in bytes of JSON. Default 32,768.</summary>
    [ConfigurationKeyName("ANALYTICS_EVENT_MAX_BYTES")]
    [Range(1024, 1_048_576)]
    public int MaxEventBytes { get; init; } = 32_768;

    /// <summary>Most events in one request. Default 2,000.</summary>
    [ConfigurationKeyName("ANALYTICS_BATCH_MAX_EVENTS")]
    [Range(1, 10_000)]
    public int MaxBatchEvents { get; init; } = 2_000;

    /// <summary>Largest metadata object in bytes of JSON. Default 16,384.</summary>
    [ConfigurationKeyName("ANALYTICS_METADATA_MAX_BYTES")]
    [Range(256, 1_048_576)]
    public int MaxMetadataBytes { get; init; } = 16_384;

    /// <summary>Deepest nesting of metadata, the object itself counted as 1. Default 8.</summary>
    [ConfigurationKeyName("ANALYTICS_METADATA_MAX_DEPTH")]
    [Range(1, 32)]
    public int MaxMetadataDepth { get; init; } = 8;

    /// <summary>Most members of metadata, at all depths. Default 256.</summary>
    [ConfigurationKeyName("ANALYTICS_METADATA_MAX_MEMBERS")]
    [Range(1, 10_000)]
    public int MaxMetadataMembers { get; init; } = 256;

    /// <summary>Hours that <c>occurred_at</c> may lie in the past; older events are rejected. Default 168.</summary>
    [ConfigurationKeyName("ANALYTICS_OCCURRED_AT_MAX_AGE_HOURS")]
    [Range(1, 17_520)]
    public int MaxAgeHours { get; init; } = 168;

    /// <summary>Seconds that a client's clock may run ahead; beyond them the time is set to now and marked. Default 300.</summary>
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

/// <summary>How events wait for their commit.</summary>
public sealed class IngestionOptions
{
    /// <summary>Events that may wait in one instance; beyond them callers get 429 with Retry-After. Default 50,000.</summary>
    [ConfigurationKeyName("ANALYTICS_QUEUE_MAX_EVENTS")]
    [Range(1, 1_000_000)]
    public int MaxQueuedEvents { get; init; } = 50_000;

    /// <summary>Megabytes of JSON that may wait in one instance; beyond them callers get 429. Default 64.</summary>
    [ConfigurationKeyName("ANALYTICS_QUEUE_MAX_MEGABYTES")]
    [Range(1, 4_096)]
    public int MaxQueuedMegabytes { get; init; } = 64;

    /// <summary>Events after which a group is closed and committed. Default 2,000.</summary>
    [ConfigurationKeyName("ANALYTICS_GROUP_MAX_EVENTS")]
    [Range(1, 20_000)]
    public int MaxGroupEvents { get; init; } = 2_000;

    /// <summary>Events from which a group goes by COPY instead of one statement. Default 64; docs/analytics.md has the figures.</summary>
    [ConfigurationKeyName("ANALYTICS_COPY_MIN_EVENTS")]
    [Range(1, 20_000)]
    public int MinCopyEvents { get; init; } = 64;

    /// <summary>Large groups that one instance commits side by side, each on a connection of its own. Default 2.</summary>
    [ConfigurationKeyName("ANALYTICS_WRITERS")]
    [Range(1, 16)]
    public int Writers { get; init; } = 2;

    /// <summary>Milliseconds that a request waits for its commit before it answers 503. Default 2,000.</summary>
    [ConfigurationKeyName("ANALYTICS_WRITE_TIMEOUT_MILLISECONDS")]
    [Range(100, 60_000)]
    public int WriteTimeoutMilliseconds { get; init; } = 2_000;
}

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

/// <summary>How long what ties an event to a person is kept. The events themselves go by month, see docs/analytics.md.</summary>
public sealed class RetentionOptions
{
    /// <summary>Days that an event keeps its order reference; older ones lose it. Default 180.</summary>
    [ConfigurationKeyName("ANALYTICS_REFERENCE_RETENTION_DAYS")]
    [Range(1, 3_650)]
    public int ReferenceDays { get; init; } = 180;

    /// <summary>Days after which a rejected event that was not sent again is deleted, replayed or not. Default 30.</summary>
    [ConfigurationKeyName("ANALYTICS_REJECTED_RETENTION_DAYS")]
    [Range(1, 3_650)]
    public int RejectedDays { get; init; } = 30;
}
