using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Trust;

/// <summary>How trust metrics are cached, kept and shown.</summary>
public sealed class TrustOptions
{
    /// <summary>Minutes that a computed metric is served from memory. Default and maximum 15.</summary>
    [ConfigurationKeyName("TRUST_CACHE_MINUTES")]
    [Range(1, 15)]
    public int CacheMinutes { get; init; } = 15;

    /// <summary>
    /// Percent of the cache time, at its end, in which a hit may start a computation ahead of the end. The moment is
    /// drawn for each value, so that metrics and instances do not all expire together. Default 20; 0 switches it off.
    /// </summary>
    [ConfigurationKeyName("TRUST_CACHE_JITTER_PERCENT")]
    [Range(0, 90)]
    public int CacheJitterPercent { get; init; } = 20;

    /// <summary>Milliseconds that a caller waits for a newer value before the expired one is served. Default 250.</summary>
    [ConfigurationKeyName("TRUST_REFRESH_WAIT_MS")]
    [Range(0, 10_000)]
    public int RefreshWaitMilliseconds { get; init; } = 250;

    /// <summary>Minutes after its computation in which an expired value may still be served. Default 1440.</summary>
    [ConfigurationKeyName("TRUST_STALE_LIMIT_MINUTES")]
    [Range(15, 20_160)]
    public int StaleLimitMinutes { get; init; } = 1440;

    /// <summary>Seconds after which a computation is given up. Default 10.</summary>
    [ConfigurationKeyName("TRUST_COMPUTE_TIMEOUT_SECONDS")]
    [Range(1, 120)]
    public int ComputeTimeoutSeconds { get; init; } = 10;

    /// <summary>Seconds after a failed computation before the next one is tried. Default 1.</summary>
    [ConfigurationKeyName("TRUST_FAILURE_PAUSE_SECONDS")]
    [Range(0, 300)]
    public int FailurePauseSeconds { get; init; } = 1;

    /// <summary>
    /// Least samples for a metric to be shown as verified, as <c>metric_id=number</c> separated by commas; 0 is no
    /// minimum. Default empty: the contract's metrics have none, the corrected ones those of the catalogue.
    /// </summary>
    [ConfigurationKeyName("TRUST_MINIMUM_SAMPLES")]
    [RegularExpression(@"\s*([a-z0-9_]+\s*=\s*[0-9]{1,7}\s*(,\s*|$))*", ErrorMessage = "{0} must be metric_id=number, separated by commas.")]
    public string MinimumSamples { get; init; } = "";

    /// <summary>Lets the timer keep the hourly sums. Default true; without them readings are exact but slow.</summary>
    [ConfigurationKeyName("TRUST_ROLLUP_ENABLED")]
    public bool RollupEnabled { get; init; } = true;

    /// <summary>
    /// Environment of the content that is served: development, test or production. Unset: production for production,
    /// test for staging, else development.
    /// </summary>
    [ConfigurationKeyName("TRUST_CONTENT_ENVIRONMENT")]
    [RegularExpression("development|test|production", ErrorMessage = "{0} must be development, test or production.")]
    public string? ContentEnvironment { get; init; }

    /// <summary>Secret that Payload shows in x-payload-signature. Without it content is refused with 503.</summary>
    [ConfigurationKeyName("PAYLOAD_REVALIDATE_SECRET")]
    [SecretSetting]
    public string? PayloadSecret { get; init; }

    /// <summary>Token of the preview page. Without it the page exists only in a local run.</summary>
    [ConfigurationKeyName("CHECKOUT_PREVIEW_TOKEN")]
    [SecretSetting]
    public string? PreviewToken { get; init; }
}
