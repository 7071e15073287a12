using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Platform.Outbox;

/// <summary>How often people hear from us, and how messages are delivered.</summary>
public sealed class NotificationOptions
{
    /// <summary>Messages that one delivery pass claims at a time. Default 40.</summary>
    [ConfigurationKeyName("NOTIFICATION_BATCH_SIZE")]
    [Range(1, 500)]
    public int BatchSize { get; init; } = 40;

    /// <summary>Messages of a pass that are sent side by side. Default 4.</summary>
    [ConfigurationKeyName("NOTIFICATION_PARALLELISM")]
    [Range(1, 32)]
    public int Parallelism { get; init; } = 4;

    /// <summary>The longest lease that <see cref="LeaseSeconds"/> allows.</summary>
    public const int MaxLeaseSeconds = 3600;

    /// <summary>Seconds after which a message is taken from a sender that shows no sign of life. Default 120.</summary>
    [ConfigurationKeyName("NOTIFICATION_LEASE_SECONDS")]
    [Range(2, MaxLeaseSeconds)]
    public int LeaseSeconds { get; init; } = 120;

    /// <summary>Reminders and marketing that one person gets within 24 hours; 0 lifts the cap. Default 3.</summary>
    [ConfigurationKeyName("NOTIFICATION_DAILY_CAP")]
    [Range(0, 100)]
    public int DailyCap { get; init; } = 3;

    /// <summary>Minutes between two reminders of one kind to one person; the later one waits. Default 60.</summary>
    [ConfigurationKeyName("NOTIFICATION_COOLDOWN_MINUTES")]
    [Range(0, 10_080)]
    public int CooldownMinutes { get; init; } = 60;

    /// <summary>
    /// Hours of the person's own day in which reminders and marketing wait, as <c>21-8</c>; empty means none.
    /// Default 21-8.
    /// </summary>
    [ConfigurationKeyName("NOTIFICATION_QUIET_HOURS")]
    [RegularExpression(@"none|([01]?\d|2[0-3])-([01]?\d|2[0-3])", ErrorMessage = "{0} must be two hours such as 21-8, or none.")]
    public string QuietHours { get; init; } = "21-8";

    /// <summary>
    /// Key that signs the links in messages (unsubscribe, resume), at least 32 characters. Without it messages with links
    /// wait; a local run has one of its own.
    /// </summary>
    [ConfigurationKeyName("SMPLAT_LINK_SECRET")]
    [SecretSetting]
    [MinLength(32, ErrorMessage = "{0} must have at least 32 characters.")]
    public string? LinkSecret { get; init; }

    /// <summary>The link key before the last rotation; links signed with it stay good.</summary>
    [ConfigurationKeyName("SMPLAT_LINK_SECRET_PREVIOUS")]
    [SecretSetting]
    [MinLength(32, ErrorMessage = "{0} must have at least 32 characters.")]
    public string? PreviousLinkSecret { get; init; }

    /// <summary>Address that answers to messages go to. Default none: answers go to the sender.</summary>
    [ConfigurationKeyName("NOTIFICATION_REPLY_TO")]
    public string? ReplyTo { get; init; }

    /// <summary>Name under which mail is sent and signed. Default SMPLAT.</summary>
    [ConfigurationKeyName("NOTIFICATION_SENDER_NAME")]
    [StringLength(60, MinimumLength = 1)]
    public string SenderName { get; init; } = "SMPLAT";

    /// <summary>
    /// Folder into which mail is written as .eml files when no SMTP server is set. Default <c>.local/outbox</c> in a
    /// local run, otherwise none: mail is then suppressed with a reason.
    /// </summary>
    [ConfigurationKeyName("SMPLAT_MAIL_FOLDER")]
    public string? MailFolder { get; init; }

    /// <summary>Soft bounces of one address within 30 days that block it. Default 5.</summary>
    [ConfigurationKeyName("NOTIFICATION_SOFT_BOUNCE_LIMIT")]
    [Range(1, 100)]
    public int SoftBounceLimit { get; init; } = 5;
}
