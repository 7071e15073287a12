using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Operators;

/// <summary>Sessions of the operators' page.</summary>
public sealed class OpsPageOptions
{
    /// <summary>
    /// Signs the session cookies of the operators' page; at least 32 characters, the same on every instance. Changing it
    /// ends every session. If unset, the page answers 503, except in a local run, which generates a secret.
    /// </summary>
    [ConfigurationKeyName("SMPLAT_OPS_SESSION_SECRET")]
    [SecretSetting]
    [MinLength(32, ErrorMessage = "{0} must have at least 32 characters.")]
    public string? SessionSecret { get; init; }

    /// <summary>How long a session lasts after its login, in hours. Default 8.</summary>
    [ConfigurationKeyName("SMPLAT_OPS_SESSION_HOURS")]
    [Range(1, 24)]
    public int SessionHours { get; init; } = 8;

    /// <summary>Wrong keys from one address, within the length of a lockout, that cause a lockout. Default 5.</summary>
    [ConfigurationKeyName("SMPLAT_OPS_LOGIN_ATTEMPTS")]
    [Range(1, 100)]
    public int LoginAttempts { get; init; } = 5;

    /// <summary>How long an address may not log in after too many wrong keys, in minutes. Default 15.</summary>
    [ConfigurationKeyName("SMPLAT_OPS_LOCKOUT_MINUTES")]
    [Range(1, 1440)]
    public int LockoutMinutes { get; init; } = 15;

    /// <summary>
    /// Address of a trace in the tracing system, with <c>{trace_id}</c> in the place of its id, such as
    /// https://tempo.example/trace/{trace_id}. The page of a request links to it. Unset: the page only shows the id.
    /// </summary>
    [ConfigurationKeyName("OPS_TRACE_URL")]
    [RegularExpression(@"https?://[^\s/?#{}]+\S*\{trace_id\}\S*", ErrorMessage = "{0} must be an http or https address that contains {{trace_id}}.")]
    public string? TraceUrl { get; init; }
}

/// <summary>Parts of the storefront that operators can suspend during an incident.</summary>
public sealed class SurfaceOptions
{
    /// <summary>Whether storefronts show promotional banners. Default true; false suspends them.</summary>
    [ConfigurationKeyName("PROMOTIONAL_BANNERS_ENABLED")]
    public bool PromotionalBanners { get; init; } = true;

    /// <summary>Whether storefronts let members redeem loyalty points. Default true; false suspends redemption.</summary>
    [ConfigurationKeyName("LOYALTY_REDEMPTION_ENABLED")]
    public bool LoyaltyRedemption { get; init; } = true;
}

/// <summary>How long records of key use are kept.</summary>
internal sealed class KeyUseOptions
{
    /// <summary>Days that the key-use log is kept. Default 400, so that a yearly review covers the whole year.</summary>
    [ConfigurationKeyName("SMPLAT_KEY_USE_RETENTION_DAYS")]
    [Range(30, 3650)]
    public int RetentionDays { get; init; } = 400;
}

/// <summary>The hourly totals behind the commerce dashboards of the operators' page.</summary>
public sealed class HourlyTotalsOptions
{
    /// <summary>Whether the job that computes the totals runs. Default true. Without it the dashboards are still correct, but slower.</summary>
    [ConfigurationKeyName("SMPLAT_OPS_HOURS_ENABLED")]
    public bool IsEnabled { get; init; } = true;
}
