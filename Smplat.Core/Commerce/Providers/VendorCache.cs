using System.Diagnostics.Metrics;
using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Caching;
using Smplat.Core.Platform.Observability;

namespace Smplat.Core.Commerce.Providers;

/// <summary>Looks in memory, then in the shared cache, then asks the vendor, for each key once at a time.</summary>
public sealed class VendorCache(
    ISharedCache shared, SharedCacheWriter writer, IOptionsMonitor<VendorCacheOptions> options, TimeProvider clock)
{
    private static readonly Counter<long> Lookups =
        SmplatTelemetry.Meter.CreateCounter<long>("smplat.vendor_cache.lookups", description: "Lookups by kind and where they were answered");

    private readonly SingleFlightCache<object> _memory = new(
        new(options.CurrentValue.MemoryEntries, options.CurrentValue.MemoryMegabytes * 1_048_576L), clock);

    /// <param name="key">What is asked for.</param>
    /// <param name="shape">The JSON form in which the other instances share it.</param>
    /// <param name="lifetime">How long a fetched value is kept; zero means that it is not kept.</param>
    /// <param name="fetch">Asks the vendor. All waiting callers get what it throws; exceptions are never cached.</param>
    /// <param name="cancellationToken">Ends this caller's wait; the vendor call is cancelled when no caller waits any more.</param>
    public async Task<T> GetAsync<T>(
        CacheKey key,
        JsonTypeInfo<T> shape,
        Func<T, TimeSpan> lifetime,
        Func<CancellationToken, Task<T>> fetch,
        CancellationToken cancellationToken)
        where T : class
    {
        var answer = await _memory.GetAsync(
            key.Text,
            async token => await ReadSharedAsync(key, shape, token) ?? await FetchAsync(key, shape, lifetime, fetch, token),
            default,
            cancellationToken);
        if (answer.Error is { } error)
        {
            ExceptionDispatchInfo.Throw(error);
        }

        if (answer.Origin == CacheOrigin.Cached)
        {
            Count(key, "memory");
        }

        return (T)answer.Held!.Value;
    }

    /// <summary>The value in memory or in the shared cache; null when it is in neither.</summary>
    public async Task<T?> FindAsync<T>(CacheKey key, JsonTypeInfo<T> shape, CancellationToken cancellationToken)
        where T : class
    {
        if (_memory.Find(key.Text) is { Value: T known })
        {
            Count(key, "memory");
            return known;
        }

        if (await ReadSharedAsync(key, shape, cancellationToken) is not { } found)
        {
            return null;
        }

        _memory.Keep(key.Text, found);
        return (T)found.Value;
    }

    /// <summary>Keeps a value in memory immediately and, in the background, for the other instances.</summary>
    public void Keep<T>(CacheKey key, JsonTypeInfo<T> shape, T value, TimeSpan lifetime)
        where T : class
    {
        if (lifetime > TimeSpan.Zero)
        {
            _memory.Keep(key.Text, Share(key, shape, value, lifetime));
        }
    }

    private async Task<Computed<object>?> ReadSharedAsync<T>(CacheKey key, JsonTypeInfo<T> shape, CancellationToken cancellationToken)
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

            Count(key, "shared");
            return new(value, entry.ExpiresAt - clock.GetUtcNow(), SizeOf(key, entry.Value));
        }
        catch (JsonException)
        {
            Count(key, "rubbish");
            return null;
        }
    }

    private async Task<Computed<object>> FetchAsync<T>(
        CacheKey key,
        JsonTypeInfo<T> shape,
        Func<T, TimeSpan> lifetime,
        Func<CancellationToken, Task<T>> fetch,
        CancellationToken cancellationToken)
        where T : class
    {
        var value = await fetch(cancellationToken);
        Count(key, "vendor");
        var kept = lifetime(value);
        return kept > TimeSpan.Zero ? Share(key, shape, value, kept) : new(value, TimeSpan.Zero);
    }

    private Computed<object> Share<T>(CacheKey key, JsonTypeInfo<T> shape, T value, TimeSpan lifetime)
        where T : class
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(value, shape);
        if (options.CurrentValue.SharedEnabled)
        {
            writer.Add(key.Text, new SharedEntry(json, clock.GetUtcNow() + lifetime));
        }

        return new(value, lifetime, SizeOf(key, json));
    }

    private static long SizeOf(CacheKey key, byte[] json) => json.Length + key.Text.Length;

    private static void Count(CacheKey key, string answeredBy) =>
        Lookups.Add(1, new("kind", key.Kind), new("answered_by", answeredBy));
}

/// <summary>The keys of cached vendor answers.</summary>
/// <param name="Kind">quote, store, sku, link or cart; a bounded label for metrics.</param>
public readonly record struct CacheKey(string Kind, string Text)
{
    /// <summary>
    /// A provider's price for a request. The whole request as it is handed to the gateway is part of the key, since the gateway
    /// may read all of it: two requests share a quote only when they are the same but for <see cref="QuoteRequest.Fresh"/>.
    /// </summary>
    public static CacheKey Quote(ProviderId id, QuoteRequest request, string variant) =>
        new("quote", $"quote:{id.ToWire()}:{RequestHash.Of(request)}:{variant}");

    /// <summary>The store near a postal code.</summary>
    public static CacheKey Store(ProviderId id, DeliveryAddress address, string variant) => new(
        "store",
        $"store:{id.ToWire()}:{address.Country.ToUpperInvariant()}:{address.PostalCode.ToUpperInvariant()}:{variant}");

    /// <summary>Where an address is: the vendor is given all of it.</summary>
    public static CacheKey Place(ProviderId id, DeliveryAddress address, string variant) =>
        new("store", $"place:{id.ToWire()}:{RequestHash.Of(address)}:{variant}");

    /// <summary>A product search, which reads nothing but the term.</summary>
    public static CacheKey Sku(ProviderId id, string host, string storeId, string term) =>
        new("sku", $"sku:{id.ToWire()}:{host}:{storeId}:{term}");

    public static CacheKey Link(ProviderId id, string contentHash) => new("link", $"link:{id.ToWire()}:{contentHash}");

    public static CacheKey Cart(ProviderId id, string idempotencyKey) => new("cart", $"cart:{id.ToWire()}:{idempotencyKey}");
}

/// <summary>A hash of everything that a request holds. Each field has its length before it, so that no two requests read alike.</summary>
internal static class RequestHash
{
    public static string Of(QuoteRequest request)
    {
        var text = new StringBuilder();
        foreach (var item in request.Items)
        {
            Add(text, item.Id, item.Name, Text(item.Quantity), item.Unit, item.PriceHintCents?.ToString(CultureInfo.InvariantCulture), item.Category);
            foreach (var (wish, value) in (item.Preferences ?? new Dictionary<string, string>()).OrderBy(wish => wish.Key, StringComparer.Ordinal))
            {
                Add(text, wish, value);
            }

            text.Append(';');
        }

        Add(text, request.Address);
        Add(text, request.CartHash, request.SpecialInstructions, Text(request.Window?.Earliest), Text(request.Window?.Latest));
        if (request.User is { } user)
        {
            Add(
                text, user.KrogerCustomerId, user.WalmartCustomerId, user.InstacartUserId, user.MealMeUserId, user.KrogerAccessToken,
                user.LoyaltyIds is null ? null : "");
            Add(text, [.. user.LoyaltyIds ?? []]);
        }

        return Hash(text);
    }

    public static string Of(DeliveryAddress address)
    {
        var text = new StringBuilder();
        Add(text, address);
        return Hash(text);
    }

    private static void Add(StringBuilder text, DeliveryAddress address) =>
        Add(text, address.City, address.PostalCode, address.Country, address.State, address.Street);

    private static void Add(StringBuilder text, params ReadOnlySpan<string?> fields)
    {
        foreach (var field in fields)
        {
            text.Append(CultureInfo.InvariantCulture, $"{field?.Length ?? -1}:{field},");
        }
    }

    /// <summary>2 and 2.0 are the same quantity.</summary>
    private static string Text(decimal number) => (number / 1.0000000000000000000000000000m).ToString(CultureInfo.InvariantCulture);

    private static string? Text(DateTimeOffset? time) => time?.ToString("O", CultureInfo.InvariantCulture);

    private static string Hash(StringBuilder text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
}

/// <summary>
/// A cache that all instances share to save work, and that may lose entries. It never throws and never delays a caller for
/// long: a cache that is unavailable, slow or corrupt reads as empty.
/// </summary>
public interface ISharedCache
{
    Task<SharedEntry?> ReadAsync(string key, CancellationToken cancellationToken);

    /// <summary>Values that are too large are skipped.</summary>
    Task WriteAsync(string key, SharedEntry entry, CancellationToken cancellationToken);

    /// <summary>Deletes entries that had expired by then. A run is bounded; the next one continues.</summary>
    /// <returns>How many were deleted; null when the cache is unavailable.</returns>
    Task<int?> SweepAsync(DateTimeOffset now, CancellationToken cancellationToken);
}

/// <param name="Value">UTF-8 JSON.</param>
public sealed record SharedEntry(byte[] Value, DateTimeOffset ExpiresAt);

/// <summary>For processes without a table service.</summary>
internal sealed class NullSharedCache : ISharedCache
{
    public Task<SharedEntry?> ReadAsync(string key, CancellationToken cancellationToken) => Task.FromResult<SharedEntry?>(null);

    public Task WriteAsync(string key, SharedEntry entry, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<int?> SweepAsync(DateTimeOffset now, CancellationToken cancellationToken) => Task.FromResult<int?>(0);
}

/// <summary>
/// Writes to the shared cache in the background, so that no quote waits for it. When it cannot keep up, the oldest writes are
/// dropped, and those values are fetched from the vendor again when needed.
/// </summary>
public sealed class SharedCacheWriter(ISharedCache shared) : BackgroundService
{
    private const int Capacity = 1000;
    private const int Writers = 4;

    private readonly Channel<(string Key, SharedEntry Entry)> _queue = Channel.CreateBounded<(string, SharedEntry)>(
        new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest });

    public void Add(string key, SharedEntry entry) => _queue.Writer.TryWrite((key, entry));

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => WriteAsync(stoppingToken)));

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        await foreach (var (key, entry) in _queue.Reader.ReadAllAsync(cancellationToken))
        {
            await shared.WriteAsync(key, entry, cancellationToken);
        }
    }
}
