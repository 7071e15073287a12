namespace Smplat.Core.Commerce.Providers;

/// <summary>Counters of calls that all instances share. A window starts with its first call and lasts 24 hours.</summary>
public interface IQuotaStore
{
    /// <summary>Takes up to <paramref name="wanted"/> calls of what the window has left.</summary>
    /// <returns>How many were granted, 0 when the window is used up; null when the store cannot be asked now.</returns>
    Task<int?> TakeAsync(QuotaLimit limit, int wanted, CancellationToken cancellationToken);

    /// <summary>Calls taken in the running window; null when the store cannot be asked now.</summary>
    Task<int?> UsedAsync(string bucket, CancellationToken cancellationToken);
}
