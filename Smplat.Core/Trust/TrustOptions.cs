using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Trust;

/// <summary>Settings for caching, aggregating and showing trust metrics.</summary>
public sealed class TrustOptions
{
    /// <summary>Minutes that a computed metric is served from memory. Default and maximum 15.</summary>
    [ConfigurationKeyName("TRUST_CACHE_MINUTES")]
    [Range(1, 15)]
    public int CacheMinutes { get; init; } = 15;

    /// <summary>
    /// The last part of the cache time, in percent, in which a hit may start a new computation early. The moment is
    /// random for each value, so that metrics and instances do not all expire together. Default 20; 0 switches it off.
    /// </summary>
    [ConfigurationKeyName("TRUST_CACHE_JITTER_PERCENT")]
    [Range(0, 90)]
    public int CacheJitterPercent { get; init; } = 20;

    /// <summary>
    /// Milliseconds that a caller waits for a new value before the expired one is served. Default 250.
    /// </summary>
    [ConfigurationKeyName("TRUST_REFRESH_WAIT_MS")]
    [Range(0, 10_000)]
    public int RefreshWaitMilliseconds { get; init; } = 250;

    /// <summary>Age in minutes up to which an expired value may still be served. Default 1440.</summary>
    [ConfigurationKeyName("TRUST_STALE_LIMIT_MINUTES")]
    [Range(15, 20_160)]
    public int StaleLimitMinutes { get; init; } = 1440;

    /// <summary>Seconds after which a computation is cancelled. Default 10.</summary>
    [ConfigurationKeyName("TRUST_COMPUTE_TIMEOUT_SECONDS")]
    [Range(1, 120)]
    public int ComputeTimeoutSeconds { get; init; } = 10;

    /// <summary>Seconds between a failed computation and the next attempt. Default 1.</summary>
    [ConfigurationKeyName("TRUST_FAILURE_PAUSE_SECONDS")]
    [Range(0, 300)]
    public int FailurePauseSeconds { get; init; } = 1;

    /// <summary>
    /// Smallest samples for metrics to be shown as verified, as <c>metric_id=number</c> separated by commas; 0 means no
    /// minimum. Default empty: the contract's metrics have none, the corrected ones those in the catalog.
    /// </summary>
    [ConfigurationKeyName("TRUST_MINIMUM_SAMPLES")]
    [RegularExpression(@"\s*([a-z0-9_]+\s*=\s*[0-9]{1,7}\s*(,\s*|$))*", ErrorMessage = "{0} must be metric_id=number, separated by commas.")]
    public string MinimumSamples { get; init; } = "";

    /// <summary>
    /// Lets the timer maintain the hourly sums. Default true; without them, readings are exact but slow.
    /// </summary>
    [ConfigurationKeyName("TRUST_ROLLUP_ENABLED")]
    public bool RollupEnabled { get; init; } = true;

    /// <summary>
    /// Environment of the content that is served: development, test or production. When unset: production for
    /// production, test for staging, otherwise development.
    /// </summary>
    [ConfigurationKeyName("TRUST_CONTENT_ENVIRONMENT")]
    [RegularExpression("development|test|production", ErrorMessage = "{0} must be development, test or production.")]
    public string? ContentEnvironment { get; init; }

    /// <summary>Secret that Payload sends in x-payload-signature. Without it, content is refused with 503.</summary>
    [ConfigurationKeyName("PAYLOAD_REVALIDATE_SECRET")]
    [SecretSetting]
    public string? PayloadSecret { get; init; }

    /// <summary>Token of the preview page. Without it, the page exists only in a local run.</summary>
    [ConfigurationKeyName("CHECKOUT_PREVIEW_TOKEN")]
    [SecretSetting]
    public string? PreviewToken { get; init; }
}
