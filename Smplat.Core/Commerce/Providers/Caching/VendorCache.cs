using System.Diagnostics.Metrics;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Options;
using Smplat.Core.Observability;

namespace Smplat.Core.Commerce.Providers.Caching;

/// <summary>Memory first, then the shared cache, then the vendor; the vendor is asked once at a time per key.</summary>
public sealed class VendorCache(
    ISharedCache shared, SharedWrites writes, IOptionsMonitor<VendorCacheOptions> options, TimeProvider clock)
{
    private static readonly Counter<long> Lookups =
        SmplatTelemetry.Meter.CreateCounter<long>("smplat.vendor_cache.lookups", description: "Lookups by kind and where they were answered");

    private readonly MemoryShelf _memory = new(options.CurrentValue.MemoryEntries, clock);
    private readonly SingleFlight<object> _flights = new();

    /// <param name="lifetime">How long a fetched value is kept; zero keeps it not at all.</param>
    /// <param name="fetch">Asks the vendor. What it throws is shared by all who wait, and is never kept.</param>
    public async Task<T> GetAsync<T>(
        CacheKey key,
        JsonTypeInfo<T> shape,
        Func<T, TimeSpan> lifetime,
        Func<CancellationToken, Task<T>> fetch,
        CancellationToken cancellationToken)
        where T : class
    {
        if (TryReadMemory<T>(key, out var known))
        {
            return known;
        }

        return (T)await _flights.RunAsync(
            key.Text,
            async token => await ReadSharedAsync(key, shape, token) ?? await FetchAsync(key, shape, lifetime, fetch, token),
            cancellationToken);
    }

    /// <summary>What memory or the shared cache holds; null when neither does.</summary>
    public async Task<T?> FindAsync<T>(CacheKey key, JsonTypeInfo<T> shape, CancellationToken cancellationToken)
        where T : class =>
        TryReadMemory<T>(key, out var known) ? known : await ReadSharedAsync(key, shape, cancellationToken);

    /// <summary>Keeps a value here at once and, behind the caller's back, for the other instances.</summary>
    public void Keep<T>(CacheKey key, JsonTypeInfo<T> shape, T value, TimeSpan lifetime)
        where T : class
    {
        if (lifetime <= TimeSpan.Zero)
        {
            return;
        }

        var expiresAt = clock.GetUtcNow() + lifetime;
        _memory.Write(key.Text, value, expiresAt);
        if (options.CurrentValue.SharedEnabled)
        {
            writes.Add(key.Text, new SharedEntry(JsonSerializer.SerializeToUtf8Bytes(value, shape), expiresAt));
        }
    }

    private bool TryReadMemory<T>(CacheKey key, out T value)
    {
        var found = _memory.TryRead(key.Text, out value);
        if (found)
        {
            Count(key, "memory");
        }

        return found;
    }

    private async Task<T?> ReadSharedAsync<T>(CacheKey key, JsonTypeInfo<T> shape, CancellationToken cancellationToken)
        where T : class
    {
        if (!options.CurrentValue.SharedEnabled
            || await shared.ReadAsync(key.Text, cancellationToken) is not { } entry || entry.ExpiresAt <= clock.GetUtcNow())
        {
            return null;
        }

        try
        {
            if (JsonSerializer.Deserialize(entry.Value, shape) is not { } value)
            {
                return null;
            }

            _memory.Write(key.Text, value, entry.ExpiresAt);
            Count(key, "shared");
            return value;
        }
        catch (JsonException)
        {
            Count(key, "rubbish");
            return null;
        }
    }

    private async Task<T> FetchAsync<T>(
        CacheKey key,
        JsonTypeInfo<T> shape,
        Func<T, TimeSpan> lifetime,
        Func<CancellationToken, Task<T>> fetch,
        CancellationToken cancellationToken)
        where T : class
    {
        var value = await fetch(cancellationToken);
        Count(key, "vendor");
        Keep(key, shape, value, lifetime(value));
        return value;
    }

    private static void Count(CacheKey key, string answeredBy) =>
        Lookups.Add(1, new("kind", key.Kind), new("answered_by", answeredBy));
}
