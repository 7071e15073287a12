using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Smplat.Core.Platform.Settings;

namespace Smplat.Functions.Http;

/// <summary>Client addresses and CORS.</summary>
public sealed class HttpOptions
{
    /// <summary>
    /// The header in which the platform's front end sends the client address and which callers cannot set: CLIENT-IP on Azure.
    /// When unset, the address of the connection is used, which behind a front end is the same for all callers.
    /// </summary>
    [ConfigurationKeyName("SMPLAT_CLIENT_ADDRESS_HEADER")]
    public string? ClientAddressHeader { get; init; }

    /// <summary>Origins whose browsers may call the routes under /api. Default none; the commerce routes are open to all.</summary>
    [ConfigurationKeyName("SMPLAT_CORS_ORIGINS")]
    public string[] CorsOrigins { get; init; } = [];
}

/// <summary>The keys that callers send as <c>X-API-Key</c> or <c>Authorization: Bearer</c>.</summary>
public sealed class KeyOptions
{
    /// <summary>Key of storefront servers. Without it, routes that need a key answer 503, except in a local run.</summary>
    [ConfigurationKeyName("CHECKOUT_API_KEY")]
    [SecretSetting]
    public string? Checkout { get; init; }

    /// <summary>The checkout key before the last rotation; still accepted while set.</summary>
    [ConfigurationKeyName("CHECKOUT_API_KEY_PREVIOUS")]
    [SecretSetting]
    public string? CheckoutPrevious { get; init; }

    /// <summary>Key of operators. When unset, the checkout key has their access.</summary>
    [ConfigurationKeyName("OPERATOR_API_KEY")]
    [SecretSetting]
    public string? Operator { get; init; }

    /// <summary>
    /// Key of administrators, with access to everything. When unset, no key opens what only they may do: configuration, deleting
    /// bundles, and restoring from the audit trail.
    /// </summary>
    [ConfigurationKeyName("ADMIN_API_KEY")]
    [SecretSetting]
    public string? Admin { get; init; }

    /// <summary>Key of scrapers and dashboards. When unset, only the checkout and operator keys can read metrics.</summary>
    [ConfigurationKeyName("METRICS_API_KEY")]
    [SecretSetting]
    public string? Metrics { get; init; }
}

/// <summary>Requests that one caller may make in a window; counted per instance.</summary>
public sealed class RateOptions
{
    /// <summary>Per 60 s and address. Default 100; 0 means no limit.</summary>
    [ConfigurationKeyName("SMPLAT_RATE_STANDARD")]
    [Range(0, 1_000_000)]
    public int Standard { get; init; } = 100;

    /// <summary>Per 60 s and address. Default 30; 0 means no limit.</summary>
    [ConfigurationKeyName("SMPLAT_RATE_SEARCH")]
    [Range(0, 1_000_000)]
    public int Search { get; init; } = 30;

    /// <summary>Per 60 s and address. Default 10; 0 means no limit.</summary>
    [ConfigurationKeyName("SMPLAT_RATE_ORDER")]
    [Range(0, 1_000_000)]
    public int Order { get; init; } = 10;

    /// <summary>Per 60 s and address. Default 20; 0 means no limit.</summary>
    [ConfigurationKeyName("SMPLAT_RATE_HEAVY")]
    [Range(0, 1_000_000)]
    public int Heavy { get; init; } = 20;

    /// <summary>Per 60 s and address. Default 300; 0 means no limit.</summary>
    [ConfigurationKeyName("SMPLAT_RATE_SYSTEM")]
    [Range(0, 1_000_000)]
    public int System { get; init; } = 300;

    /// <summary>Per 900 s and address. Default 5; 0 means no limit.</summary>
    [ConfigurationKeyName("SMPLAT_RATE_AUTH")]
    [Range(0, 1_000_000)]
    public int Auth { get; init; } = 5;

    /// <summary>Per 60 s and address, for signed events of vendors. Default 3000; 0 means no limit.</summary>
    [ConfigurationKeyName("SMPLAT_RATE_WEBHOOK")]
    [Range(0, 1_000_000)]
    public int Webhook { get; init; } = 3000;

    /// <summary>
    /// Per 60 s and key, over all limited routes. Default 0, no limit, because one storefront server calls for all its
    /// shoppers.
    /// </summary>
    [ConfigurationKeyName("SMPLAT_RATE_KEYED")]
    [Range(0, 10_000_000)]
    public int Keyed { get; init; }

    public RateRule RuleFor(RateCategory category) => category switch
    {
        RateCategory.Standard => new(Standard, TimeSpan.FromSeconds(60)),
        RateCategory.Search => new(Search, TimeSpan.FromSeconds(60)),
        RateCategory.Order => new(Order, TimeSpan.FromSeconds(60)),
        RateCategory.Heavy => new(Heavy, TimeSpan.FromSeconds(60)),
        RateCategory.System => new(System, TimeSpan.FromSeconds(60)),
        RateCategory.Auth => new(Auth, TimeSpan.FromSeconds(900)),
        RateCategory.Webhook => new(Webhook, TimeSpan.FromSeconds(60)),
        _ => throw new ArgumentOutOfRangeException(nameof(category), category, "No rule for this category."),
    };
}
