namespace Smplat.Core.Commerce.Providers;

/// <summary>For processes without a table service.</summary>
internal sealed class UnsharedCache : ISharedCache
{
    public Task<SharedEntry?> ReadAsync(string key, CancellationToken cancellationToken) => Task.FromResult<SharedEntry?>(null);

    public Task WriteAsync(string key, SharedEntry entry, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<int?> SweepAsync(DateTimeOffset now, CancellationToken cancellationToken) => Task.FromResult<int?>(0);
}
