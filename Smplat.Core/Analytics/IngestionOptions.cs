using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace Smplat.Core.Analytics;

/// <summary>How events wait for their commit.</summary>
public sealed class IngestionOptions
{
    /// <summary>Events that may wait in one instance; beyond them callers get 429 with Retry-After. Default 50,000.</summary>
    [ConfigurationKeyName("ANALYTICS_QUEUE_MAX_EVENTS")]
    [Range(1, 1_000_000)]
    public int MaxQueuedEvents { get; init; } = 50_000;

    /// <summary>Megabytes of JSON that may wait in one instance; beyond them callers get 429. Default 64.</summary>
    [ConfigurationKeyName("ANALYTICS_QUEUE_MAX_MEGABYTES")]
    [Range(1, 4_096)]
    public int MaxQueuedMegabytes { get; init; } = 64;

    /// <summary>Events after which a group is closed and committed. Default 2,000.</summary>
    [ConfigurationKeyName("ANALYTICS_GROUP_MAX_EVENTS")]
    [Range(1, 20_000)]
    public int MaxGroupEvents { get; init; } = 2_000;

    /// <summary>Events from which a group goes by COPY instead of one statement. Default 64; docs/analytics.md has the figures.</summary>
    [ConfigurationKeyName("ANALYTICS_COPY_MIN_EVENTS")]
    [Range(1, 20_000)]
    public int MinCopyEvents { get; init; } = 64;

    /// <summary>Large groups that one instance commits side by side, each on a connection of its own. Default 2.</summary>
    [ConfigurationKeyName("ANALYTICS_WRITERS")]
    [Range(1, 16)]
    public int Writers { get; init; } = 2;

    /// <summary>Milliseconds that a request waits for its commit before it answers 503. Default 2,000.</summary>
    [ConfigurationKeyName("ANALYTICS_WRITE_TIMEOUT_MILLISECONDS")]
    [Range(100, 60_000)]
    public int WriteTimeoutMilliseconds { get; init; } = 2_000;
}
