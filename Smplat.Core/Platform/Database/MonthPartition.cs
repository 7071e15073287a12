using System.Globalization;

namespace Smplat.Core.Platform.Database;

/// <summary>One calendar month in UTC of a partitioned table: start inclusive, end exclusive.</summary>
public readonly record struct MonthPartition(string Table, DateOnly Month)
{
    private const string Suffix = "'y'yyyy'm'MM";

    /// <summary>Name of the partition, <c>table_y2026m01</c>, in the schema of its table.</summary>
    public string Name => $"{Table}_{Month.ToString(Suffix, CultureInfo.InvariantCulture)}";

    public DateTimeOffset From => new(Month.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);

    public DateTimeOffset To => new(Month.AddMonths(1).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);

    public static MonthPartition Of(string table, DateTimeOffset instant) =>
        new(table, new DateOnly(instant.UtcDateTime.Year, instant.UtcDateTime.Month, 1));

    /// <summary>Reads a partition's name back; null for tables that are not months of the parent.</summary>
    public static MonthPartition? Parse(string table, string name) =>
        name.StartsWith(table + "_", StringComparison.Ordinal)
        && DateOnly.TryParseExact(
            name.AsSpan(table.Length + 1), Suffix, CultureInfo.InvariantCulture, DateTimeStyles.None, out var month)
            ? new(table, month)
            : null;
}
