namespace Smplat.Core.Commerce.Providers;

/// <summary>For processes without a table service: each counts for itself.</summary>
internal sealed class UnsharedQuota : IQuotaStore
{
    public Task<int?> TakeAsync(QuotaLimit limit, int wanted, CancellationToken cancellationToken) =>
        Task.FromResult<int?>(null);

    public Task<int?> UsedAsync(string bucket, CancellationToken cancellationToken) => Task.FromResult<int?>(null);
}
