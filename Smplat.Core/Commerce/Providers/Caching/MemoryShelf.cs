using System.Collections.Concurrent;

namespace Smplat.Core.Commerce.Providers.Caching;

/// <summary>Values of this instance, bounded in number. When it is full, expired ones go first, then the oldest.</summary>
public sealed class MemoryShelf(int capacity, TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private int _sweeping;

    public int Count => _entries.Count;

    public bool TryRead<T>(string key, out T value)
    {
        if (_entries.TryGetValue(key, out var entry) && entry.ExpiresAt > clock.GetUtcNow() && entry.Value is T typed)
        {
            value = typed;
            return true;
        }

        value = default!;
        return false;
    }

    public void Write<T>(string key, T value, DateTimeOffset expiresAt)
    {
        _entries[key] = new Entry(value!, clock.GetUtcNow(), expiresAt);
        if (_entries.Count > capacity && Interlocked.Exchange(ref _sweeping, 1) == 0)
        {
            try
            {
                Sweep();
            }
            finally
            {
                Volatile.Write(ref _sweeping, 0);
            }
        }
    }

    private void Sweep()
    {
        var now = clock.GetUtcNow();
        foreach (var expired in _entries.Where(entry => entry.Value.ExpiresAt <= now))
        {
            _entries.TryRemove(expired);
        }

        var surplus = _entries.Count - (capacity - capacity / 10);
        if (_entries.Count > capacity)
        {
            foreach (var old in _entries.OrderBy(entry => entry.Value.WrittenAt).Take(surplus).ToArray())
            {
                _entries.TryRemove(old);
            }
        }
    }

    private sealed record Entry(object Value, DateTimeOffset WrittenAt, DateTimeOffset ExpiresAt);
}
