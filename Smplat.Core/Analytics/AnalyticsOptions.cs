using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

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
