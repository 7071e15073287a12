using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Platform.Outbox;

/// <summary>How often people are contacted, and how messages are delivered.</summary>
public sealed class OutboxOptions
{
    /// <summary>Messages that a delivery run claims at a time. Default 40.</summary>
    [ConfigurationKeyName("NOTIFICATION_BATCH_SIZE")]
    [Range(1, 500)]
    public int BatchSize { get; init; } = 40;

    /// <summary>Messages that a delivery run sends in parallel. Default 4.</summary>
    [ConfigurationKeyName("NOTIFICATION_PARALLELISM")]
    [Range(1, 32)]
    public int Parallelism { get; init; } = 4;

    /// <summary>The longest lease that <see cref="LeaseSeconds"/> allows.</summary>
    public const int MaxLeaseSeconds = 3600;

    /// <summary>Seconds after which another sender takes over a message from a sender that does not respond. Default 120.</summary>
    [ConfigurationKeyName("NOTIFICATION_LEASE_SECONDS")]
    [Range(2, MaxLeaseSeconds)]
    public int LeaseSeconds { get; init; } = 120;

    /// <summary>Reminders and marketing messages that one person gets within 24 hours; 0 means no limit. Default 3.</summary>
    [ConfigurationKeyName("NOTIFICATION_DAILY_CAP")]
    [Range(0, 100)]
    public int DailyCap { get; init; } = 3;

    /// <summary>Minutes between two reminders of one kind to one person; the second one waits. Default 60.</summary>
    [ConfigurationKeyName("NOTIFICATION_COOLDOWN_MINUTES")]
    [Range(0, 10_080)]
    public int CooldownMinutes { get; init; } = 60;

    /// <summary>
    /// Hours of the person's local day in which reminders and marketing wait, such as <c>21-8</c>; <c>none</c> or an empty
    /// value turns them off. Default 21-8.
    /// </summary>
    [ConfigurationKeyName("NOTIFICATION_QUIET_HOURS")]
    [EmptyMeans("none")]
    [RegularExpression(@"none|([01]?\d|2[0-3])-([01]?\d|2[0-3])", ErrorMessage = "{0} must be two hours such as 21-8, or none.")]
    public string QuietHours { get; init; } = "21-8";

    /// <summary>
    /// Key that signs the links in messages, at least 32 characters. Without it, messages with links wait. Local runs
    /// have a built-in key.
    /// </summary>
    [ConfigurationKeyName("SMPLAT_LINK_SECRET")]
    [SecretSetting]
    [MinLength(32, ErrorMessage = "{0} must have at least 32 characters.")]
    public string? LinkSecret { get; init; }

    /// <summary>The link key before the last rotation. Links signed with it stay valid.</summary>
    [ConfigurationKeyName("SMPLAT_LINK_SECRET_PREVIOUS")]
    [SecretSetting]
    [MinLength(32, ErrorMessage = "{0} must have at least 32 characters.")]
    public string? PreviousLinkSecret { get; init; }

    /// <summary>Address for replies to messages. Default none: replies go to the sender.</summary>
    [ConfigurationKeyName("NOTIFICATION_REPLY_TO")]
    public string? ReplyTo { get; init; }

    /// <summary>Sender name of mails, also used as their signature. Default SMPLAT.</summary>
    [ConfigurationKeyName("NOTIFICATION_SENDER_NAME")]
    [StringLength(60, MinimumLength = 1)]
    public string SenderName { get; init; } = "SMPLAT";

    /// <summary>
    /// Folder for mails as .eml files, used when no SMTP server is set. Default <c>.local/outbox</c> in a local run,
    /// otherwise none: mail is then suppressed with a reason.
    /// </summary>
    [ConfigurationKeyName("SMPLAT_MAIL_FOLDER")]
    public string? MailFolder { get; init; }

    /// <summary>Number of soft bounces within 30 days that blocks an address. Default 5.</summary>
    [ConfigurationKeyName("NOTIFICATION_SOFT_BOUNCE_LIMIT")]
    [Range(1, 100)]
    public int SoftBounceLimit { get; init; } = 5;
}
