using System.Collections.Concurrent;

namespace Smplat.Core.Platform.Caching;

/// <summary>
/// Values in the memory of this process, each computed by at most one computation at a time, however many ask. Guarantees:
/// <list type="bullet">
/// <item>a caller that leaves, the one that started the computation too, fails nobody else;</item>
/// <item>never more entries or bytes than the bounds; what has expired goes first, then what was written first;</item>
/// <item>after <see cref="Purge"/> nobody who asks gets a value whose computation began before it;</item>
/// <item>a failure is never kept as a value, and does not push out the last good one.</item>
/// </list>
/// A hit takes no lock.
/// </summary>
/// <param name="bounds">What it may hold.</param>
/// <param name="clock">Ages and lifetimes.</param>
/// <param name="cancelsAbandoned">Whether a computation that nobody waits for any more is cancelled.</param>
public sealed class SingleFlightCache<T>(CacheBounds bounds, TimeProvider clock, bool cancelsAbandoned = true)
{
    // Room that a full cache makes at once, so that a sweep is paid for by many writes.
    private const double KeptWhenFull = 0.9;

    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly LinkedList<string> _order = new();
    private readonly SingleFlight<Landing> _flights = new(cancelsAbandoned);
    private long _bytes;

    public int Count => _order.Count;

    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>The current value, without computing any.</summary>
    public CachedValue<T>? Find(string key) =>
        _entries.TryGetValue(key, out var entry) && entry.IsCurrent(clock.GetUtcNow()) ? entry.Held : null;

    /// <summary>Keeps a value that was come by otherwise. Its lifetime begins now.</summary>
    public void Keep(string key, Computed<T> computed)
    {
        lock (_gate)
        {
            Store(key, computed, clock.GetUtcNow());
        }
    }

    /// <param name="key">What is asked for.</param>
    /// <param name="compute">Runs off the caller's thread, and ends early only when it is abandoned, or by <see cref="CancelAll"/>.</param>
    /// <param name="policy">How patient this caller is, and what it puts up with.</param>
    /// <param name="cancellationToken">Ends this caller's waiting, nothing else.</param>
    public ValueTask<CacheAnswer<T>> GetAsync(
        string key, Func<CancellationToken, Task<Computed<T>>> compute, CachePolicy policy, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (!policy.Fresh && _entries.TryGetValue(key, out var entry) && entry.IsCurrent(now))
        {
            var starts = now > entry.RefreshAt && now >= entry.PausedUntil && StartInBackground(key, entry, compute, policy);
            return ValueTask.FromResult(new CacheAnswer<T>(CacheOrigin.Remembered, entry.Held, HasStarted: starts));
        }

        return new(AskAsync(key, compute, policy, now, cancellationToken));
    }

    /// <summary>Forgets the value, and does not keep what is being computed from before.</summary>
    /// <returns>True when there was a value.</returns>
    public bool Purge(string key)
    {
        lock (_gate)
        {
            _flights.Forget(key);
            return _entries.TryGetValue(key, out var entry) && Remove(key, entry) is { Held: not null };
        }
    }

    /// <summary>Takes out this value and no other: what is being computed is newer, and stays.</summary>
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

    /// <summary>Cancels what is being computed; for the end of the app.</summary>
    public void CancelAll() => _flights.CancelAll();

    private async Task<CacheAnswer<T>> AskAsync(
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
            // Values are stored under this lock before their flight is over: there is a value, or a flight, or neither.
            var known = _entries.GetValueOrDefault(key);
            if (!policy.Fresh && known is not null && known.IsCurrent(now))
            {
                return new(CacheOrigin.Remembered, known.Held);
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
                // The computation goes on for those who come after, although nobody may be waiting for it now.
                stays = true;
                return new(CacheOrigin.Renewing, stale, HasStarted: starts, HasJoined: !starts);
            }

            var landing = await flight.Result.WaitAsync(cancellationToken);
            var answer = landing.Held is { } fresh ? new CacheAnswer<T>(CacheOrigin.Computed, fresh) : Without(stale, landing.Error!);
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

    private static CacheAnswer<T> Without(CachedValue<T>? stale, Exception error) =>
        new(stale is null ? CacheOrigin.Failed : CacheOrigin.Outdated, stale, error);

    private bool StartInBackground(string key, Entry seen, Func<CancellationToken, Task<Computed<T>>> compute, CachePolicy policy)
    {
        lock (_gate)
        {
            if (_entries.GetValueOrDefault(key) != seen)
            {
                return false;
            }

            // Nobody waits for it and it is wanted all the same, so its passenger never leaves.
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
                // A purge that came between has forgotten this flight: those who asked before it get the value, nobody after.
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

    /// <summary>Only under the lock, as everything below.</summary>
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

    /// <summary>A value, or the failure to get one, or both: the last value and why there is no newer one.</summary>
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
