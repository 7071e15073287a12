using Smplat.Core.Platform.Database;

namespace Smplat.Core.Operators;

/// <summary>Loads the sample rows of all features on demand. A local run loads them automatically into a new database.</summary>
public sealed class SampleLoad(SampleLoadStore store, IEnumerable<ISampleData> samples)
{
    /// <param name="evenBesideOrders">Load them even if the database contains real orders.</param>
    /// <returns>The samples that are now in the database; null when loading was refused.</returns>
    public async Task<IReadOnlyList<string>?> RunAsync(bool evenBesideOrders, CancellationToken cancellationToken)
    {
        if (!evenBesideOrders && await store.HasOrdersAsync(cancellationToken))
        {
            return null;
        }

        var loaded = new List<string>();
        foreach (var sample in samples)
        {
            await sample.LoadAsync(cancellationToken);
            loaded.Add(sample.GetType().Name);
        }

        return loaded;
    }
}
