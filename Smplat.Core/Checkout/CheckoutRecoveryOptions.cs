using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace Smplat.Core.Checkout;

/// <summary>How stalled checkouts are recovered.</summary>
public sealed class CheckoutRecoveryOptions
{
    /// <summary>Whether the sweep runs. The catalog scheduler's switch applies as well. Default true.</summary>
    [ConfigurationKeyName("CHECKOUT_RECOVERY_ENABLED")]
    public bool IsEnabled { get; init; } = true;

    /// <summary>Minutes after which an unpaid checkout counts as stalled, and a failed payment is followed up. Default 30.</summary>
    [ConfigurationKeyName("CHECKOUT_RECOVERY_IDLE_MINUTES")]
    [Range(1, 10_080)]
    public int IdleMinutes { get; init; } = 30;

    /// <summary>Hours between two prompts for one checkout. Default 6.</summary>
    [ConfigurationKeyName("CHECKOUT_RECOVERY_INTERVAL_HOURS")]
    [Range(1, 720)]
    public int IntervalHours { get; init; } = 6;

    /// <summary>Prompts for one checkout; after the last one the checkout counts as lost and operators are notified. Default 3.</summary>
    [ConfigurationKeyName("CHECKOUT_RECOVERY_MAX_PROMPTS")]
    [Range(1, 20)]
    public int MaxPrompts { get; init; } = 3;

    /// <summary>Checkouts that one sweep claims at a time. Default 50.</summary>
    [ConfigurationKeyName("CHECKOUT_RECOVERY_BATCH_SIZE")]
    [Range(1, 1000)]
    public int BatchSize { get; init; } = 50;

    /// <summary>The longest hold that <see cref="HoldSeconds"/> allows.</summary>
    public const int MaxHoldSeconds = 3600;

    /// <summary>Seconds after which another sweep may take the checkouts of a sweep that crashed. Default 300.</summary>
    [ConfigurationKeyName("CHECKOUT_RECOVERY_HOLD_SECONDS")]
    [Range(1, MaxHoldSeconds)]
    public int HoldSeconds { get; init; } = 300;

    /// <summary>Days for which a resume link is valid. Default 14.</summary>
    [ConfigurationKeyName("CHECKOUT_RECOVERY_LINK_DAYS")]
    [Range(1, 365)]
    public int LinkDays { get; init; } = 14;

    /// <summary>Days after a resume link was followed within which a payment counts as recovered. Default 7.</summary>
    [ConfigurationKeyName("CHECKOUT_RECOVERY_ATTRIBUTION_DAYS")]
    [Range(1, 90)]
    public int AttributionDays { get; init; } = 7;

    /// <summary>Addresses of operators to notify of checkouts that need manual attention. Default none.</summary>
    [ConfigurationKeyName("CHECKOUT_RECOVERY_ALERT_RECIPIENTS")]
    public string[] AlertRecipients { get; init; } = [];

    public DateTimeOffset AttributionSince(DateTimeOffset now) => now - TimeSpan.FromDays(AttributionDays);
}
