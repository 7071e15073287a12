namespace Smplat.Core.Fulfillment;

/// <summary>Tasks of one order by status; cancelled ones count only in the total.</summary>
public sealed record TaskCounts(long Total, long Completed, long Failed, long InProgress);
