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

    /// <summary>Secret of the webhook endpoint. Unset: webhooks are rejected with 503.</summary>
    [ConfigurationKeyName("STRIPE_WEBHOOK_SECRET")]
    [SecretSetting]
    public string? WebhookSecret { get; init; }

    /// <summary>The webhook secret before the last rotation; accepted as long as it is set.</summary>
    [ConfigurationKeyName("STRIPE_WEBHOOK_SECRET_PREVIOUS")]
    [SecretSetting]
    public string? WebhookSecretPrevious { get; init; }

    /// <summary>Address of the API. Default https://api.stripe.com.</summary>
    [ConfigurationKeyName("STRIPE_API_BASE")]
    public Uri ApiBase { get; init; } = new("https://api.stripe.com");

    /// <summary>API version to request, such as 2026-10-28.endive. Default: the version that the Stripe.net library is built for.</summary>
    [ConfigurationKeyName("STRIPE_API_VERSION")]
    public string? ApiVersion { get; init; }

    /// <summary>Timeout of one call in seconds. Default 10. After a temporary failure the call is repeated once with the same key.</summary>
    [ConfigurationKeyName("STRIPE_TIMEOUT_SECONDS")]
    [Range(1, 80)]
    public int TimeoutSeconds { get; init; } = 10;

    /// <summary>Hours that an event waits for an unknown payment before it is abandoned. Default 72.</summary>
    [ConfigurationKeyName("STRIPE_PARKED_HOURS")]
    [Range(1, 720)]
    public int ParkedHours { get; init; } = 72;

    /// <summary>Secrets that a webhook's signature may be made with.</summary>
    public IReadOnlyList<string> WebhookSecrets =>
        [.. new[] { WebhookSecret, WebhookSecretPrevious }.OfType<string>().Where(secret => !string.IsNullOrWhiteSpace(secret))];
}
