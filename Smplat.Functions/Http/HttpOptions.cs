using Microsoft.Extensions.Configuration;

namespace Smplat.Functions.Http;

/// <summary>How requests are taken in.</summary>
public sealed class HttpOptions
{
    /// <summary>
    /// Header in which the platform's front end states the client address and which callers cannot set: CLIENT-IP on Azure.
    /// Unset, the connection's address counts, which behind a front end is the same for all callers.
    /// </summary>
    [ConfigurationKeyName("SMPLAT_CLIENT_ADDRESS_HEADER")]
    public string? ClientAddressHeader { get; init; }

    /// <summary>Origins whose browsers may call the routes under /api. Default none; the commerce routes are open to all.</summary>
    [ConfigurationKeyName("SMPLAT_CORS_ORIGINS")]
    public string[] CorsOrigins { get; init; } = [];
}
