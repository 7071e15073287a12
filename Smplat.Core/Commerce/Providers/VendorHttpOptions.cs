using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace Smplat.Core.Commerce.Providers;

/// <summary>How vendors are called over HTTP.</summary>
public sealed class VendorHttpOptions
{
    /// <summary>Calls that one instance may have under way at one vendor. Default 64; read at start.</summary>
    [ConfigurationKeyName("LOOPGPT_VENDOR_MAX_CONCURRENCY")]
    [Range(1, 1024)]
    public int MaxConcurrency { get; init; } = 64;

    /// <summary>
    /// Further host names that vendor clients may call, separated by commas. Default none: the vendors' own hosts, and
    /// loopback in local runs, are always allowed.
    /// </summary>
    [ConfigurationKeyName("LOOPGPT_VENDOR_EXTRA_HOSTS")]
    public string[] ExtraHosts { get; init; } = [];

    /// <summary>Product searches of one basket that run at the same time at one vendor. Default 8.</summary>
    [ConfigurationKeyName("LOOPGPT_VENDOR_ITEM_CONCURRENCY")]
    [Range(1, 64)]
    public int ItemConcurrency { get; init; } = 8;
}
