using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace Smplat.Core.Fulfillment;

/// <summary>How one instance treats each host that tasks call.</summary>
public sealed class HostOptions
{
    /// <summary>
    /// Calls to one host side by side in one instance. Default 0: only <c>FULFILLMENT_PARALLELISM</c> bounds them. Set it lower than that,
    /// so that a slow host leaves loops to the others.
    /// </summary>
    [ConfigurationKeyName("FULFILLMENT_HOST_PARALLELISM")]
    [Range(0, 256)]
    public int Parallelism { get; init; }

    /// <summary>
    /// Calls to a host within 30 seconds of which half or more must fail before it is left alone. Default 5; below 2 it never is. While it is
    /// left alone its tasks wait, and no attempt is held against them.
    /// </summary>
    [ConfigurationKeyName("FULFILLMENT_BREAKER_FAILURES")]
    [Range(0, 1000)]
    public int BreakerFailures { get; init; } = 5;

    /// <summary>
    /// Seconds for which a failing host is left alone before one call tries it again. Default 30; doubles with every such call that fails, up to
    /// five minutes.
    /// </summary>
    [ConfigurationKeyName("FULFILLMENT_BREAKER_SECONDS")]
    [Range(1, 300)]
    public int BreakerSeconds { get; init; } = 30;
}
