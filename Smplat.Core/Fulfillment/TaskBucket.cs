namespace Smplat.Core.Fulfillment;

/// <summary>Values of the label <c>bucket</c>.</summary>
public static class TaskBucket
{
    public const string Processed = "processed";

    /// <summary>Failed attempts, so in the ordinary case failed = retried + dead_lettered.</summary>
    public const string Failed = "failed";

    public const string Retried = "retried";

    public const string DeadLettered = "dead_lettered";

    public static IReadOnlyList<string> All { get; } = [Processed, Failed, Retried, DeadLettered];

    public static string TotalOf(string bucket) => bucket switch
    {
        Processed => FulfillmentMetrics.Processed,
        Failed => FulfillmentMetrics.Failed,
        Retried => FulfillmentMetrics.Retried,
        DeadLettered => FulfillmentMetrics.DeadLettered,
        _ => throw new ArgumentOutOfRangeException(nameof(bucket), bucket, "Not a bucket."),
    };
}
