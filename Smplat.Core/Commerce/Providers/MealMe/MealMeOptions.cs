using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Commerce.Providers.MealMe;

/// <summary>Access to MealMe, which has been renamed Satsuma and uses another dialect for new keys.</summary>
public sealed class MealMeOptions
{
    /// <summary>mealme_v4 for older keys, satsuma_v1 for new ones. Default mealme_v4.</summary>
    [ConfigurationKeyName("MEALME_DIALECT")]
    [RegularExpression("mealme_v4|satsuma_v1", ErrorMessage = "{0} must be mealme_v4 or satsuma_v1.")]
    public string Dialect { get; init; } = "mealme_v4";

    /// <summary>Root of the API. Default the host of the dialect.</summary>
    [ConfigurationKeyName("MEALME_API_BASE")]
    public Uri? BaseUrl { get; init; }

    /// <summary>API key, sent without a scheme word. Unset: the provider has no credentials.</summary>
    [ConfigurationKeyName("MEALME_API_KEY")]
    [SecretSetting(IsVendorCredential = true)]
    public string? ApiKey { get; init; }

    /// <summary>Secret with which the vendor signs its webhooks. Unset: webhooks are refused with 503.</summary>
    [ConfigurationKeyName("MEALME_WEBHOOK_SECRET")]
    [SecretSetting]
    public string? WebhookSecret { get; init; }

    /// <summary>Largest age of a dated webhook in seconds. Default 86400: the vendor repeats for a day.</summary>
    [ConfigurationKeyName("MEALME_WEBHOOK_TOLERANCE_SECONDS")]
    [Range(60, 2_592_000)]
    public int WebhookToleranceSeconds { get; init; } = 86_400;

    /// <summary>Days for which received webhooks and their content are kept. Default 90; at least as long as the vendor may repeat one.</summary>
    [ConfigurationKeyName("MEALME_WEBHOOK_RETENTION_DAYS")]
    [Range(31, 3650)]
    public int WebhookRetentionDays { get; init; } = 90;

    /// <summary>Days for which carts and orders that were only quoted are kept. Default 7.</summary>
    [ConfigurationKeyName("MEALME_QUOTE_RETENTION_DAYS")]
    [Range(1, 3650)]
    public int QuoteRetentionDays { get; init; } = 7;

    /// <summary>Partner name in checkout links. Default whatsfordinner.</summary>
    [ConfigurationKeyName("MEALME_PARTNER_NAME")]
    public string PartnerName { get; init; } = "whatsfordinner";

    /// <summary>Root of the vendor's checkout pages.</summary>
    [ConfigurationKeyName("MEALME_SDK_BASE")]
    public Uri SdkBase { get; init; } = new("https://sdk.mealme.ai");

    /// <summary>Name under which orders are quoted, and placed when the confirmation has no name; the vendor requires one. Default Smplat Shopper.</summary>
    [ConfigurationKeyName("MEALME_CONTACT_NAME")]
    public string ContactName { get; init; } = "Smplat Shopper";

    /// <summary>Address for the vendor's mails about orders of shoppers without an address. Default orders@example.com.</summary>
    [ConfigurationKeyName("MEALME_CONTACT_EMAIL")]
    public string ContactEmail { get; init; } = "orders@example.com";

    /// <summary>Phone for the courier when the shopper gives none, digits with the country code. Default 15555550100.</summary>
    [ConfigurationKeyName("MEALME_CONTACT_PHONE")]
    [RegularExpression("[0-9]{10,15}", ErrorMessage = "{0} must be 10 to 15 digits.")]
    public string ContactPhone { get; init; } = "15555550100";

    /// <summary>Driver's tip in cents, included in quotes and orders. Default 0.</summary>
    [ConfigurationKeyName("MEALME_TIP_CENTS")]
    [Range(0, 10_000)]
    public int TipCents { get; init; }

    public bool IsSatsuma => Dialect == "satsuma_v1";

    public Uri Root => BaseUrl ?? new Uri(IsSatsuma ? "https://api.satsuma.ai" : "https://api.mealme.ai");

    public bool HasCredentials => !string.IsNullOrWhiteSpace(ApiKey);
}
