using Microsoft.Extensions.Configuration;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Commerce.Providers.Kroger;

/// <summary>Access to Kroger's public API.</summary>
internal sealed class KrogerOptions
{
    /// <summary>Client id of the app registered with Kroger. Unset: the provider has no credentials.</summary>
    [ConfigurationKeyName("KROGER_CLIENT_ID")]
    [SecretSetting(IsVendorCredential = true)]
    public string? ClientId { get; init; }

    /// <summary>Client secret of that app.</summary>
    [ConfigurationKeyName("KROGER_CLIENT_SECRET")]
    [SecretSetting(IsVendorCredential = true)]
    public string? ClientSecret { get; init; }

    /// <summary>production calls api.kroger.com; anything else the certification host. Default sandbox.</summary>
    [ConfigurationKeyName("KROGER_ENV")]
    public string Environment { get; init; } = "sandbox";

    /// <summary>Root of the API, instead of the one that KROGER_ENV chooses.</summary>
    [ConfigurationKeyName("KROGER_BASE_URL")]
    public Uri? BaseUrl { get; init; }

    public Uri Root => BaseUrl ?? new Uri(
        Environment.Equals("production", StringComparison.OrdinalIgnoreCase)
            ? "https://api.kroger.com/v1"
            : "https://api-ce.kroger.com/v1");

    public bool HasCredentials => !string.IsNullOrWhiteSpace(ClientId) && !string.IsNullOrWhiteSpace(ClientSecret);
}
