using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Commerce.Providers.Instacart;

/// <summary>Access to the Instacart Developer Platform.</summary>
public sealed class InstacartOptions
{
    /// <summary>API key, of the form keys. and 32 hex digits. Unset: the provider has no credentials.</summary>
    [ConfigurationKeyName("INSTACART_API_KEY")]
    [SecretSetting(IsVendorCredential = true)]
    public string? ApiKey { get; init; }

    /// <summary>Root of the API. Default the production host.</summary>
    [ConfigurationKeyName("INSTACART_BASE_URL")]
    public Uri Root { get; init; } = new("https://connect.instacart.com");

    /// <summary>
    /// What Instacart's shelf prices are taken to be above those of the shops themselves, as a share. Default 0.15. The
    /// vendor gives no price, so every Instacart quote is an estimate.
    /// </summary>
    [ConfigurationKeyName("INSTACART_PRICE_MARKUP")]
    [Range(0.0, 1.0)]
    public decimal Markup { get; init; } = 0.15m;

    /// <summary>Cents taken for one unit of something whose price is not known yet. Default 499.</summary>
    [ConfigurationKeyName("INSTACART_UNKNOWN_PRICE_CENTS")]
    [Range(1, 100_000)]
    public int UnknownCents { get; init; } = 499;

    /// <summary>Days that a shopping list stays reachable. Default 30, at most 365.</summary>
    [ConfigurationKeyName("INSTACART_LINK_DAYS")]
    [Range(1, 365)]
    public int LinkDays { get; init; } = 30;

    public bool HasCredentials => !string.IsNullOrWhiteSpace(ApiKey);
}
