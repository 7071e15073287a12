using Smplat.Core.Platform.Database;

namespace Smplat.Core.Operators;

/// <summary>Loads the sample rows of all features by hand; a local run does it by itself into a new database.</summary>
public sealed class SampleLoad(SampleLoadStore store, IEnumerable<ISampleData> samples)
{
    /// <param name="evenBesideOrders">Load them although the database holds orders of shoppers.</param>
    /// <returns>The samples that stand in the database now; null when it was refused.</returns>
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
