using System.Globalization;

namespace Smplat.Core.Platform.Database;

/// <summary>A registered table that is partitioned by month.</summary>
/// <param name="TableName">Name, with its schema when that is not public.</param>
/// <param name="RetentionMonths">Whole months that are kept; null keeps everything.</param>
public sealed record PartitionedTable(string TableName, int? RetentionMonths);

/// <summary>Creates the monthly partitions that every partitioned table needs, and drops those past their retention.</summary>
public sealed class PartitionMaintenance(PartitionStore store, TimeProvider clock)
{
    /// <summary>Creates the missing months; returns their names.</summary>
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

/// <summary>Which months a table needs and which have expired.</summary>
internal static class PartitionPolicy
{
    /// <summary>Months that are created ahead, so that a job that is down for weeks does no harm.</summary>
    public const int MonthsAhead = 3;

    /// <summary>The previous month, for late events, the current month, and the months ahead.</summary>
    public static IEnumerable<MonthPartition> Needed(string table, DateTimeOffset now)
    {
        var current = MonthPartition.Containing(table, now);
        return Enumerable.Range(-1, MonthsAhead + 2).Select(offset => current with { Month = current.Month.AddMonths(offset) });
    }

    /// <summary>A month has expired when all of it is older than the retention.</summary>
    /// <param name="retentionMonths">Null keeps everything.</param>
    public static bool IsExpired(MonthPartition partition, int? retentionMonths, DateTimeOffset now) =>
        retentionMonths is { } months && partition.To <= now.AddMonths(-months);
}

/// <summary>One calendar month in UTC of a partitioned table: start inclusive, end exclusive.</summary>
public readonly record struct MonthPartition(string Table, DateOnly Month)
{
    private const string Suffix = "'y'yyyy'm'MM";

    /// <summary>Name of the partition, <c>table_y2026m01</c>, in the schema of its table.</summary>
    public string Name => $"{Table}_{Month.ToString(Suffix, CultureInfo.InvariantCulture)}";

    public DateTimeOffset From => new(Month.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);

    public DateTimeOffset To => new(Month.AddMonths(1).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);

    /// <summary>The month that contains an instant.</summary>
    public static MonthPartition Containing(string table, DateTimeOffset instant) =>
        new(table, new DateOnly(instant.UtcDateTime.Year, instant.UtcDateTime.Month, 1));

    /// <summary>Parses the name of a partition; null for tables that are not months of the parent.</summary>
    public static MonthPartition? Parse(string table, string name) =>
        name.StartsWith(table + "_", StringComparison.Ordinal)
        && DateOnly.TryParseExact(
            name.AsSpan(table.Length + 1), Suffix, CultureInfo.InvariantCulture, DateTimeStyles.None, out var month)
            ? new(table, month)
            : null;
}
