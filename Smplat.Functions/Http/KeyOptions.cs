using Microsoft.Extensions.Configuration;
using Smplat.Core.Platform.Settings;

namespace Smplat.Functions.Http;

/// <summary>The keys that callers show as <c>X-API-Key</c> or <c>Authorization: Bearer</c>.</summary>
public sealed class KeyOptions
{
    /// <summary>Key of storefront servers. Without it keyed routes answer 503, except in a local run.</summary>
    [ConfigurationKeyName("CHECKOUT_API_KEY")]
    [SecretSetting]
    public string? Checkout { get; init; }

    /// <summary>The checkout key before the last rotation; still accepted while set.</summary>
    [ConfigurationKeyName("CHECKOUT_API_KEY_PREVIOUS")]
    [SecretSetting]
    public string? CheckoutPrevious { get; init; }

    /// <summary>Key of operators; opens everything. Unset: the checkout key does.</summary>
    [ConfigurationKeyName("OPERATOR_API_KEY")]
    [SecretSetting]
    public string? Operator { get; init; }

    /// <summary>Key of scrapers and dashboards. Unset: only the checkout and operator keys open metrics.</summary>
    [ConfigurationKeyName("METRICS_API_KEY")]
    [SecretSetting]
    public string? Metrics { get; init; }
}
