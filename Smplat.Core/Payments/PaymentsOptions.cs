using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Payments;

/// <summary>The account at the payment provider.</summary>
public sealed class PaymentsOptions
{
    /// <summary>Secret key of the Stripe account. Unset: no checkout can be started.</summary>
    [ConfigurationKeyName("STRIPE_SECRET_KEY")]
    [RegularExpression(@"\S+", ErrorMessage = "{0} must not contain white space.")]
    [SettingAlias("STRIPE_API_KEY")]
    [SecretSetting]
    public string? SecretKey { get; init; }

    /// <summary>Secret of the webhook endpoint. Unset: webhooks are answered with 503, never accepted.</summary>
    [ConfigurationKeyName("STRIPE_WEBHOOK_SECRET")]
    [SecretSetting]
    public string? WebhookSecret { get; init; }

    /// <summary>The webhook secret before the last rotation; still accepted while set.</summary>
    [ConfigurationKeyName("STRIPE_WEBHOOK_SECRET_PREVIOUS")]
    [SecretSetting]
    public string? WebhookSecretPrevious { get; init; }

    /// <summary>Where the API is. Default https://api.stripe.com.</summary>
    [ConfigurationKeyName("STRIPE_API_BASE")]
    public Uri ApiBase { get; init; } = new("https://api.stripe.com");

    /// <summary>API version that calls ask for, such as 2026-10-28.endive. Default: the one that the Stripe.net library is made for.</summary>
    [ConfigurationKeyName("STRIPE_API_VERSION")]
    public string? ApiVersion { get; init; }

    /// <summary>Longest wait for an answer in seconds. Default 10; one repetition with the same key follows a failure that may pass.</summary>
    [ConfigurationKeyName("STRIPE_TIMEOUT_SECONDS")]
    [Range(1, 80)]
    public int TimeoutSeconds { get; init; } = 10;

    /// <summary>Hours that an event of an unknown payment waits for it before it is given up. Default 72.</summary>
    [ConfigurationKeyName("STRIPE_PARKED_HOURS")]
    [Range(1, 720)]
    public int ParkedHours { get; init; } = 72;

    /// <summary>Secrets that a webhook's signature may be made with.</summary>
    public IReadOnlyList<string> WebhookSecrets =>
        [.. new[] { WebhookSecret, WebhookSecretPrevious }.OfType<string>().Where(secret => !string.IsNullOrWhiteSpace(secret))];
}
