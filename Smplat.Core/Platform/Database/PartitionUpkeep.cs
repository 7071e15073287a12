namespace Smplat.Core.Platform.Database;

/// <summary>Keeps every partitioned table supplied with months, and drops those past their retention.</summary>
public sealed class PartitionUpkeep(PartitionStore store, TimeProvider clock)
{
    /// <summary>Makes the months that are missing; returns their names.</summary>
    public async Task<IReadOnlyList<string>> EnsureAsync(CancellationToken cancellationToken)
    {
        var created = new List<string>();
        foreach (var table in await store.ListTablesAsync(cancellationToken))
        {
            var present = (await store.ListMonthsAsync(table.TableName, cancellationToken)).ToHashSet();
            foreach (var month in PartitionPolicy.Needed(table.TableName, clock.GetUtcNow()).Where(month => !present.Contains(month)))
            {
                await store.CreateAsync(month, cancellationToken);
                created.Add(month.Name);
            }
        }

        return created;
    }

    /// <summary>Drops the months that have expired; returns their names.</summary>
    public async Task<IReadOnlyList<string>> DropExpiredAsync(CancellationToken cancellationToken)
    {
        var dropped = new List<string>();
        foreach (var table in await store.ListTablesAsync(cancellationToken))
        {
            var months = await store.ListMonthsAsync(table.TableName, cancellationToken);
            foreach (var month in months.Where(month =>
                PartitionPolicy.IsExpired(month, table.RetentionMonths, clock.GetUtcNow())))
            {
                await store.DropAsync(month, cancellationToken);
                dropped.Add(month.Name);
            }
        }

        return dropped;
    }
}
