using System.Collections.Concurrent;

namespace Smplat.Core.Platform.Caching;

/// <summary>The maximum size of a cache.</summary>
/// <param name="MaxEntries">Maximum number of values, at least 1.</param>
/// <param name="MaxBytes">Maximum total of the sizes of the values; a larger value is not stored.</param>
internal sealed record CacheBounds(int MaxEntries, long MaxBytes = long.MaxValue);

/// <summary>What one caller accepts from the cache.</summary>
internal readonly record struct CachePolicy
{
    /// <summary>Maximum age of an expired value that may be served when the new value is late or fails. Default zero: never.</summary>
    public TimeSpan StaleLimit { get; init; }

    /// <summary>How long a caller waits for the new value before the expired one is served. Default zero: not at all.</summary>
    public TimeSpan RefreshWait { get; init; }

    /// <summary>How long nothing is computed after a failure; callers get the last value or the failure. Default zero.</summary>
    public TimeSpan FailurePause { get; init; }

    /// <summary>Ignores the cached value: computes a new one, or joins a computation in progress.</summary>
    public bool Fresh { get; init; }
}

/// <summary>The result of a computation.</summary>
/// <param name="Value">The value.</param>
/// <param name="Lifetime">How long it is served, from the start of its computation. Zero or less: it is not stored.</param>
/// <param name="Bytes">Its size, which counts towards <see cref="CacheBounds.MaxBytes"/>.</param>
/// <param name="EarlyShare">
/// Share of the lifetime, at its end, during which a hit starts the next computation in the background. The exact time is random
/// for each value, so that values computed together do not all expire together.
/// </param>
internal readonly record struct Computed<T>(T Value, TimeSpan Lifetime, long Bytes = 0, double EarlyShare = 0);

/// <summary>A value with its times.</summary>
/// <param name="ComputedAt">When its computation began, so that the value never appears newer than its data.</param>
/// <param name="ExpiresAt">The value is current up to and including this instant.</param>
public sealed record CachedValue<T>(T Value, DateTimeOffset ComputedAt, DateTimeOffset ExpiresAt);

/// <summary>Where a result comes from.</summary>
public enum CacheOrigin
{
    /// <summary>Computed for this caller, or for another caller at the same time.</summary>
    Computed,

    /// <summary>From the cache, within its lifetime.</summary>
    Cached,

    /// <summary>From the cache, expired, while a new value is being computed.</summary>
    Refreshing,

    /// <summary>From the cache, expired, because no new value could be computed.</summary>
    Stale,

    /// <summary>There is no value that may be served, and none could be computed.</summary>
    Failed,
}

/// <summary>What a caller gets from the cache.</summary>
/// <param name="Held">The value; null exactly when the origin is <see cref="CacheOrigin.Failed"/>.</param>
/// <param name="Error">Why there is no newer value, for <see cref="CacheOrigin.Stale"/> and <see cref="CacheOrigin.Failed"/>.</param>
/// <param name="HasStarted">This call started a computation, for itself or in the background.</param>
/// <param name="HasJoined">This call waited for a computation that another call had started.</param>
public readonly record struct CacheResult<T>(
    CacheOrigin Origin, CachedValue<T>? Held, Exception? Error = null, bool HasStarted = false, bool HasJoined = false);

/// <summary>
/// An in-memory cache that computes each value at most once at a time, however many callers ask for it. Guarantees:
/// <list type="bullet">
/// <item>a caller that stops waiting, even the one that started the computation, does not affect the others;</item>
/// <item>the cache never exceeds its bounds; expired entries are evicted first, then the oldest;</item>
/// <item>after <see cref="Purge"/> no caller gets a value whose computation began before it;</item>
/// <item>a failure is never cached as a value, and does not evict the last good value.</item>
/// </list>
/// A hit takes no lock.
/// </summary>
/// <param name="bounds">The maximum size.</param>
/// <param name="clock">For ages and lifetimes.</param>
/// <param name="cancelsAbandoned">Whether a computation is cancelled when no caller waits for it any more.</param>
internal sealed class SingleFlightCache<T>(CacheBounds bounds, TimeProvider clock, bool cancelsAbandoned = true)
{
    // A full cache evicts down to this share, so that one sweep serves many writes.
    private const double KeptWhenFull = 0.9;

    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly LinkedList<string> _order = new();
    private readonly SingleFlight<Landing> _flights = new(cancelsAbandoned);
    private long _bytes;

    public int Count => _order.Count;

    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>The current value; never computes one.</summary>
    public CachedValue<T>? Find(string key) =>
        _entries.TryGetValue(key, out var entry) && entry.IsCurrent(clock.GetUtcNow()) ? entry.Held : null;

    /// <summary>Stores a value that was obtained elsewhere. Its lifetime begins now.</summary>
    public void Keep(string key, Computed<T> computed)
    {
        lock (_gate)
        {
            Store(key, computed, clock.GetUtcNow());
        }
    }

    /// <summary>Returns the cached value, or computes it.</summary>
    /// <param name="key">The key of the value.</param>
    /// <param name="compute">Runs on another thread. It is cancelled only when it is abandoned, or by <see cref="CancelAll"/>.</param>
    /// <param name="policy">How long this caller waits, and how old a value it accepts.</param>
    /// <param name="cancellationToken">Cancels only the waiting of this caller.</param>
    public ValueTask<CacheResult<T>> GetAsync(
        string key, Func<CancellationToken, Task<Computed<T>>> compute, CachePolicy policy, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (!policy.Fresh && _entries.TryGetValue(key, out var entry) && entry.IsCurrent(now))
        {
            var starts = now > entry.RefreshAt && now >= entry.PausedUntil && StartInBackground(key, entry, compute, policy);
            return ValueTask.FromResult(new CacheResult<T>(CacheOrigin.Cached, entry.Held, HasStarted: starts));
        }

        return new(AskAsync(key, compute, policy, now, cancellationToken));
    }

    /// <summary>Removes the value, and does not store the result of a computation in progress.</summary>
    /// <returns>True when there was a value.</returns>
    public bool Purge(string key)
    {
        lock (_gate)
        {
            _flights.Forget(key);
            return _entries.TryGetValue(key, out var entry) && Remove(key, entry) is { Held: not null };
        }
    }

    /// <summary>Removes exactly this value. A computation in progress is newer, and its result is stored.</summary>
    public void Drop(string key, T value)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(key, out var entry) && entry.Held is { } held && Equals(held.Value, value))
            {
                Remove(key, entry);
            }
        }
    }

    /// <summary>Cancels all computations in progress, when the app stops.</summary>
    public void CancelAll() => _flights.CancelAll();

    private async Task<CacheResult<T>> AskAsync(
        string key,
        Func<CancellationToken, Task<Computed<T>>> compute,
        CachePolicy policy,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        CachedValue<T>? stale;
        SingleFlight<Landing>.Flight flight;
        bool starts;
        lock (_gate)
        {
            // Values are stored under this lock before their flight ends, so there is a value, or a flight, or neither.
            var known = _entries.GetValueOrDefault(key);
            if (!policy.Fresh && known is not null && known.IsCurrent(now))
            {
                return new(CacheOrigin.Cached, known.Held);
            }

            stale = !policy.Fresh && known?.Held is { } held && now - held.ComputedAt <= policy.StaleLimit ? held : null;
            if (_flights.TryJoin(key) is { } running)
            {
                (flight, starts) = (running, false);
            }
            else if (known is not null && now < known.PausedUntil)
            {
                return Without(stale, known.Error!);
            }
            else
            {
                flight = _flights.Join(key, own => FlyAsync(key, own, compute, policy.FailurePause), out starts);
            }
        }

        var stays = false;
        try
        {
            if (stale is not null && !await EndsInTimeAsync(flight.Result, policy.RefreshWait, cancellationToken))
            {
                // The computation continues for later callers, even if nobody waits for it now.
                stays = true;
                return new(CacheOrigin.Refreshing, stale, HasStarted: starts, HasJoined: !starts);
            }

            var landing = await flight.Result.WaitAsync(cancellationToken);
            var answer = landing.Held is { } fresh ? new CacheResult<T>(CacheOrigin.Computed, fresh) : Without(stale, landing.Error!);
            return answer with { HasStarted = starts, HasJoined = !starts };
        }
        finally
        {
            if (!stays)
            {
                _flights.Leave(flight);
            }
        }
    }

    private static CacheResult<T> Without(CachedValue<T>? stale, Exception error) =>
        new(stale is null ? CacheOrigin.Failed : CacheOrigin.Stale, stale, error);

    private bool StartInBackground(string key, Entry seen, Func<CancellationToken, Task<Computed<T>>> compute, CachePolicy policy)
    {
        lock (_gate)
        {
            if (_entries.GetValueOrDefault(key) != seen)
            {
                return false;
            }

            // Nobody waits for the result but it is needed, so this passenger never leaves.
            _flights.Join(key, own => FlyAsync(key, own, compute, policy.FailurePause), out var starts);
            return starts;
        }
    }

    private async Task<Landing> FlyAsync(
        string key, SingleFlight<Landing>.Flight flight, Func<CancellationToken, Task<Computed<T>>> compute, TimeSpan failurePause)
    {
        var began = clock.GetUtcNow();
        try
        {
            var computed = await compute(flight.Abandoned);
            lock (_gate)
            {
                // After a purge in the meantime, callers from before it get the value, and later callers do not.
                return new(flight.IsForgotten ? Times(computed, began) : Store(key, computed, began), null);
            }
        }
        catch (Exception problem)
        {
            lock (_gate)
            {
                if (failurePause > TimeSpan.Zero && !flight.IsForgotten)
                {
                    var known = _entries.GetValueOrDefault(key);
                    Put(key, new(known?.Held, known?.RefreshAt ?? default, known?.Bytes ?? 0, clock.GetUtcNow() + failurePause, problem));
                }
            }

            return new(null, problem);
        }
    }

    private async Task<bool> EndsInTimeAsync(Task flight, TimeSpan wait, CancellationToken cancellationToken)
    {
        if (flight.IsCompleted)
        {
            return true;
        }

        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var first = await Task.WhenAny(flight, Task.Delay(wait, clock, enough.Token));
        await enough.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        return first == flight;
    }

    private static CachedValue<T> Times(Computed<T> computed, DateTimeOffset began) => new(computed.Value, began, began + computed.Lifetime);

    /// <summary>This method and those below require the lock.</summary>
    private CachedValue<T> Store(string key, Computed<T> computed, DateTimeOffset began)
    {
        var held = Times(computed, began);
        if (computed.Lifetime > TimeSpan.Zero)
        {
            var early = computed.Lifetime * (computed.EarlyShare * Random.Shared.NextDouble());
            Put(key, new(held, held.ExpiresAt - early, computed.Bytes, default, null));
        }

        return held;
    }

    private void Put(string key, Entry entry)
    {
        if (_entries.TryGetValue(key, out var before))
        {
            Remove(key, before);
        }

        if (entry.Bytes > bounds.MaxBytes)
        {
            return;
        }

        if (_order.Count >= bounds.MaxEntries || _bytes > bounds.MaxBytes - entry.Bytes)
        {
            MakeRoom(entry.Bytes);
        }

        entry.Place = _order.AddLast(key);
        _entries[key] = entry;
        Interlocked.Add(ref _bytes, entry.Bytes);
    }

    private void MakeRoom(long bytes)
    {
        var now = clock.GetUtcNow();
        foreach (var (key, entry) in _entries)
        {
            if (!entry.IsCurrent(now) && now >= entry.PausedUntil)
            {
                Remove(key, entry);
            }
        }

        var count = Math.Min((int)(bounds.MaxEntries * KeptWhenFull), bounds.MaxEntries - 1);
        var room = Math.Min((long)(bounds.MaxBytes * KeptWhenFull), bounds.MaxBytes - bytes);
        while (_order.First is { Value: var oldest } && (_order.Count > count || _bytes > room))
        {
            Remove(oldest, _entries[oldest]);
        }
    }

    private Entry Remove(string key, Entry entry)
    {
        _entries.TryRemove(key, out _);
        _order.Remove(entry.Place!);
        Interlocked.Add(ref _bytes, -entry.Bytes);
        return entry;
    }

    private readonly record struct Landing(CachedValue<T>? Held, Exception? Error);

    /// <summary>A value, or a failure, or both: the last value and why there is no newer one.</summary>
    private sealed class Entry(CachedValue<T>? held, DateTimeOffset refreshAt, long bytes, DateTimeOffset pausedUntil, Exception? error)
    {
        public CachedValue<T>? Held => held;

        public DateTimeOffset RefreshAt => refreshAt;

        public long Bytes => bytes;

        public DateTimeOffset PausedUntil => pausedUntil;

        public Exception? Error => error;

        public LinkedListNode<string>? Place { get; set; }

        public bool IsCurrent(DateTimeOffset now) => held is not null && now <= held.ExpiresAt;
    }
}
