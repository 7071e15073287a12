namespace Smplat.Core.Platform.Database;

/// <summary>Which months a table must have and which it has kept long enough.</summary>
public static class PartitionPolicy
{
    /// <summary>Months that are made ahead, so that a job that is down for weeks costs nothing.</summary>
    public const int MonthsAhead = 3;

    /// <summary>Last month, for late events, this month, and those ahead.</summary>
    public static IEnumerable<MonthPartition> Needed(string table, DateTimeOffset now)
    {
        var current = MonthPartition.Of(table, now);
        return Enumerable.Range(-1, MonthsAhead + 2).Select(offset => current with { Month = current.Month.AddMonths(offset) });
    }

    /// <summary>A month has expired when all of it is older than the retention.</summary>
    /// <param name="retentionMonths">Null keeps everything.</param>
    public static bool IsExpired(MonthPartition partition, int? retentionMonths, DateTimeOffset now) =>
        retentionMonths is { } months && partition.To <= now.AddMonths(-months);
}
