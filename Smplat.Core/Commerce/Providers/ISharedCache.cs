namespace Smplat.Core.Commerce.Providers;

/// <summary>
/// What instances share to save work, and may forget. It never throws and never delays a caller for long: a cache that is
/// away, slow or holds rubbish reads as empty.
/// </summary>
public interface ISharedCache
{
    Task<SharedEntry?> ReadAsync(string key, CancellationToken cancellationToken);

    /// <summary>Values that do not fit are left out.</summary>
    Task WriteAsync(string key, SharedEntry entry, CancellationToken cancellationToken);

    /// <summary>Takes out what had expired by then; a pass is bounded, the next one goes on.</summary>
    /// <returns>How many; null when the cache cannot be asked now.</returns>
    Task<int?> SweepAsync(DateTimeOffset now, CancellationToken cancellationToken);
}

/// <param name="Value">UTF-8 JSON.</param>
public sealed record SharedEntry(byte[] Value, DateTimeOffset ExpiresAt);
