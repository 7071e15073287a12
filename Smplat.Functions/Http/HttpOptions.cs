using Microsoft.Extensions.Configuration;

namespace Smplat.Functions.Http;

/// <summary>How requests are taken in.</summary>
public sealed class HttpOptions
{
    /// <summary>Addresses of proxies in front of the app whose entries in X-Forwarded-For are skipped. Default none.</summary>
    [ConfigurationKeyName("SMPLAT_TRUSTED_PROXIES")]
    public string[] TrustedProxies { get; init; } = [];

    /// <summary>Header in which the platform's front end states the client address and which callers cannot set. Default none.</summary>
    [ConfigurationKeyName("SMPLAT_CLIENT_ADDRESS_HEADER")]
    public string? ClientAddressHeader { get; init; }

    /// <summary>Origins whose browsers may call the routes under /api. Default none; the commerce routes are open to all.</summary>
    [ConfigurationKeyName("SMPLAT_CORS_ORIGINS")]
    public string[] CorsOrigins { get; init; } = [];
}
