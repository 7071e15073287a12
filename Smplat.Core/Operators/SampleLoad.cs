using Smplat.Core.Platform.Database;

namespace Smplat.Core.Operators;

/// <summary>Loads and drops the sample rows of all features on demand. A local run loads them automatically into a new database.</summary>
public sealed class SampleLoad(SampleLoadStore store, SampleData samples)
{
    /// <param name="evenBesideOrders">Load them even if the database contains real orders.</param>
    /// <returns>The samples that are now in the database; null when loading was refused.</returns>
    public async Task<IReadOnlyList<string>?> RunAsync(bool evenBesideOrders, CancellationToken cancellationToken) =>
        !evenBesideOrders && await store.HasOrdersAsync(cancellationToken) ? null : await samples.LoadAsync(cancellationToken);

    /// <returns>The samples that were dropped; null when none are loaded.</returns>
    public Task<IReadOnlyList<string>?> DropAsync(CancellationToken cancellationToken) => samples.DropAsync(cancellationToken);

    /// <summary>When the samples were loaded; null when they are not.</summary>
    public Task<DateTimeOffset?> FindLoadedAtAsync(CancellationToken cancellationToken) => samples.FindLoadedAtAsync(cancellationToken);
}
