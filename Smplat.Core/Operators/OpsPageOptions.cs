using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Operators;

/// <summary>Sessions of the operators' page.</summary>
public sealed class OpsPageOptions
{
    /// <summary>
    /// Signs the session cookies of the operators' page; at least 32 characters, the same on every instance. Changing it
    /// ends every session. Unset: the page answers 503, except in a local run, which makes one for itself.
    /// </summary>
    [ConfigurationKeyName("SMPLAT_OPS_SESSION_SECRET")]
    [SecretSetting]
    [MinLength(32, ErrorMessage = "{0} must have at least 32 characters.")]
    public string? SessionSecret { get; init; }

    /// <summary>How long a session lasts after its login, in hours. Default 8.</summary>
    [ConfigurationKeyName("SMPLAT_OPS_SESSION_HOURS")]
    [Range(1, 24)]
    public int SessionHours { get; init; } = 8;

    /// <summary>Wrong keys from one address, within the time of a lockout, that lead to one. Default 5.</summary>
    [ConfigurationKeyName("SMPLAT_OPS_LOGIN_ATTEMPTS")]
    [Range(1, 100)]
    public int LoginAttempts { get; init; } = 5;

    /// <summary>How long an address may not log in after too many wrong keys, in minutes. Default 15.</summary>
    [ConfigurationKeyName("SMPLAT_OPS_LOCKOUT_MINUTES")]
    [Range(1, 1440)]
    public int LockoutMinutes { get; init; } = 15;
}
