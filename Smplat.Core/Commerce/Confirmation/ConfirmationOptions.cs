using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace Smplat.Core.Commerce.Confirmation;

/// <summary>How orders are confirmed and old sessions deleted.</summary>
public sealed class ConfirmationOptions
{
    /// <summary>Age in seconds at which a quote is requested again before it is ordered. Default 300.</summary>
    [ConfigurationKeyName("LOOPGPT_REQUOTE_AFTER_SECONDS")]
    [Range(0, 86_400)]
    public int RequoteAfterSeconds { get; init; } = 300;

    /// <summary>Try the best alternative once when the winner provably took nothing. Default true.</summary>
    [ConfigurationKeyName("LOOPGPT_CONFIRM_FAILOVER")]
    public bool Failover { get; init; } = true;

    /// <summary>Seconds after which an unfinished confirmation counts as stuck and is resolved. Default 120.</summary>
    [ConfigurationKeyName("LOOPGPT_CONFIRM_STUCK_SECONDS")]
    [Range(1, 86_400)]
    public int StuckSeconds { get; init; } = 120;

    /// <summary>
    /// Minutes that an order may stay unknown, counted from its submit: the longest that a provider takes to commit an order,
    /// and a margin. After that operators are asked to find out. Default 30.
    /// </summary>
    [ConfigurationKeyName("LOOPGPT_CONFIRM_UNKNOWN_MINUTES")]
    [Range(1, 10_080)]
    public int UnknownMinutes { get; init; } = 30;

    /// <summary>Resolve unfinished confirmations. Default true.</summary>
    [ConfigurationKeyName("LOOPGPT_RECOVERY_ENABLED")]
    public bool RecoveryEnabled { get; init; } = true;

    /// <summary>Days that finished and expired sessions, with their address, are kept. Default 7.</summary>
    [ConfigurationKeyName("LOOPGPT_SESSION_RETENTION_DAYS")]
    [Range(0, 3650)]
    public int SessionRetentionDays { get; init; } = 7;

    /// <summary>Delete old sessions, keys and scores. Default true.</summary>
    [ConfigurationKeyName("LOOPGPT_PURGE_ENABLED")]
    public bool PurgeEnabled { get; init; } = true;
}
