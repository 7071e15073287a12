namespace Smplat.Core.Platform.Database;

/// <summary>A registered table that is cut into months.</summary>
/// <param name="TableName">Name, with its schema when that is not public.</param>
/// <param name="RetentionMonths">Whole months that are kept; null keeps everything.</param>
public sealed record PartitionedTable(string TableName, int? RetentionMonths);
