namespace Smplat.Core.Platform.Caching;

/// <param name="MaxEntries">Values held at once, at least 1.</param>
/// <param name="MaxBytes">Sum of the sizes that the values were given with; a larger value is not kept at all.</param>
public sealed record CacheBounds(int MaxEntries, long MaxBytes = long.MaxValue);

/// <summary>How one look at the cache is answered.</summary>
public readonly record struct CachePolicy
{
    /// <summary>Age up to which an expired value may be served, when its successor is late or fails. Default zero: never.</summary>
    public TimeSpan StaleLimit { get; init; }

    /// <summary>How long a caller waits for the successor before such a value is served. Default zero: not at all.</summary>
    public TimeSpan RefreshWait { get; init; }

    /// <summary>After a failure nothing is computed for so long; callers get the last value or the failure. Default zero.</summary>
    public TimeSpan FailurePause { get; init; }

    /// <summary>Computes whatever is held, or joins a computation under way.</summary>
    public bool Fresh { get; init; }
}

/// <summary>What a computation brought.</summary>
/// <param name="Value">The value.</param>
/// <param name="Lifetime">How long it is served, from the start of its computation. Zero or less: it is not kept.</param>
/// <param name="Bytes">What it counts for against <see cref="CacheBounds.MaxBytes"/>.</param>
/// <param name="EarlyShare">
/// Share of the lifetime, at its end, in which a hit starts the next computation in the background. The moment is drawn for
/// each value, so that values of one time do not all expire together.
/// </param>
public readonly record struct Computed<T>(T Value, TimeSpan Lifetime, long Bytes = 0, double EarlyShare = 0);

/// <summary>A value with its times.</summary>
/// <param name="ComputedAt">When its computation began: its age is never told younger than its facts are.</param>
/// <param name="ExpiresAt">Until then, that instant included, it is current.</param>
public sealed record CachedValue<T>(T Value, DateTimeOffset ComputedAt, DateTimeOffset ExpiresAt);

/// <summary>Where an answer comes from.</summary>
public enum CacheOrigin
{
    /// <summary>Computed for this caller, or for another one that asked at the same time.</summary>
    Computed,

    /// <summary>From memory, within its lifetime.</summary>
    Remembered,

    /// <summary>From memory, expired, while its successor is being computed.</summary>
    Renewing,

    /// <summary>From memory, expired, because no successor could be computed.</summary>
    Outdated,

    /// <summary>There is no value that may be served, and none could be computed.</summary>
    Failed,
}

/// <param name="Held">The value; null exactly when the origin is <see cref="CacheOrigin.Failed"/>.</param>
/// <param name="Error">Why there is no newer value, for <see cref="CacheOrigin.Outdated"/> and <see cref="CacheOrigin.Failed"/>.</param>
/// <param name="HasStarted">This look started a computation, for itself or in the background.</param>
/// <param name="HasJoined">This look waited for a computation that another one had started.</param>
public readonly record struct CacheAnswer<T>(
    CacheOrigin Origin, CachedValue<T>? Held, Exception? Error = null, bool HasStarted = false, bool HasJoined = false);
