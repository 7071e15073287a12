using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Commerce.Providers.Walmart;

/// <summary>Access to Walmart's affiliate API.</summary>
internal sealed class WalmartOptions
{
    /// <summary>Consumer id, sent as WM_CONSUMER.ID. Unset: the provider has no credentials.</summary>
    [ConfigurationKeyName("WALMART_PARTNER_ID")]
    [SecretSetting(IsVendorCredential = true)]
    public string? ConsumerId { get; init; }

    /// <summary>Private RSA key that signs the calls: PKCS#8 as PEM or as Base64 without armour.</summary>
    [ConfigurationKeyName("WALMART_API_KEY")]
    [SecretSetting(IsVendorCredential = true)]
    public string? PrivateKey { get; init; }

    /// <summary>Version under which the public key was uploaded. Default 1.</summary>
    [ConfigurationKeyName("WALMART_KEY_VERSION")]
    [RegularExpression("[0-9]{1,4}", ErrorMessage = "{0} must be a number.")]
    public string KeyVersion { get; init; } = "1";

    /// <summary>Publisher id of the affiliate account, for tracking links.</summary>
    [ConfigurationKeyName("WALMART_PUBLISHER_ID")]
    public string? PublisherId { get; init; }

    /// <summary>production or sandbox; the vendor has one host for both. Default production.</summary>
    [ConfigurationKeyName("WALMART_ENV")]
    public string Environment { get; init; } = "production";

    /// <summary>Root of the API. Default the affiliate proxy, version 2.</summary>
    [ConfigurationKeyName("WALMART_BASE_URL")]
    public Uri Root { get; init; } = new("https://developer.api.walmart.com/api-proxy/service/affil/product/v2");

    public bool HasCredentials => !string.IsNullOrWhiteSpace(ConsumerId) && !string.IsNullOrWhiteSpace(PrivateKey);
}
