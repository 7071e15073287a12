using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Platform.Database;

/// <summary>Rows that a feature loads into a new local database, so that its routes and pages show something useful.</summary>
public interface ISampleData
{
    /// <summary>Loads the rows; running it again changes nothing.</summary>
    /// <returns>False when the rows were left out because they could not be told from others.</returns>
    Task<bool> LoadAsync(CancellationToken cancellationToken);

    /// <summary>Deletes the rows that were loaded and what followed from them, and nothing else. Running it again changes nothing.</summary>
    /// <param name="loadedAt">When loading began.</param>
    Task DropAsync(DateTimeOffset loadedAt, CancellationToken cancellationToken);
}

/// <summary>Loads and drops the sample rows of all features, and remembers that they are there.</summary>
public sealed class SampleData(IEnumerable<ISampleData> samples, SampleDataStore store, IOptionsMonitor<RuntimeOptions> runtime, TimeProvider clock)
{
    /// <returns>The samples that are now in the database.</returns>
    public async Task<IReadOnlyList<string>> LoadAsync(CancellationToken cancellationToken)
    {
        // First, so that a load that is interrupted can be dropped.
        await store.MarkAsync(clock.GetUtcNow(), cancellationToken);
        var there = (await store.FindAsync(cancellationToken))!.Names;
        foreach (var name in samples.Select(NameOf))
        {
            await store.AddAsync(name, cancellationToken);
        }

        foreach (var sample in samples)
        {
            var name = NameOf(sample);
            if (!await sample.LoadAsync(cancellationToken) && !there.Contains(name))
            {
                await store.RemoveAsync(name, cancellationToken);
            }
        }

        return (await store.FindAsync(cancellationToken))!.Names;
    }

    /// <returns>The samples that were dropped; null when none are loaded.</returns>
    public async Task<IReadOnlyList<string>?> DropAsync(CancellationToken cancellationToken)
    {
        if (await store.FindAsync(cancellationToken) is not { } mark)
        {
            return null;
        }

        foreach (var sample in samples.Reverse().Where(sample => mark.Names.Contains(NameOf(sample))))
        {
            await sample.DropAsync(mark.LoadedAt, cancellationToken);
        }

        // Last, so that an interrupted drop can be repeated.
        await store.UnmarkAsync(cancellationToken);
        return mark.Names;
    }

    /// <summary>When the samples were loaded; null when they are not.</summary>
    public async Task<DateTimeOffset?> FindLoadedAtAsync(CancellationToken cancellationToken) =>
        (await store.FindAsync(cancellationToken))?.LoadedAt;

    /// <summary>Loads the samples in a local run only.</summary>
    internal Task LoadWhenLocalAsync(CancellationToken cancellationToken) =>
        runtime.CurrentValue.IsLocal ? LoadAsync(cancellationToken) : Task.CompletedTask;

    private static string NameOf(ISampleData sample) => sample.GetType().Name;
}

/// <summary>Which samples are in the database, and since when.</summary>
public sealed record SampleMark
{
    public required DateTimeOffset LoadedAt { get; init; }

    public required string[] Names { get; init; }
}
