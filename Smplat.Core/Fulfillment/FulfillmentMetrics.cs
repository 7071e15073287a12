namespace Smplat.Core.Fulfillment;

/// <summary>Names of the durable counters and facts; the feed, the dashboards and the alerts know them by these.</summary>
public static class FulfillmentMetrics
{
    public const string Processed = "smplat_fulfillment_tasks_processed_total";

    public const string Failed = "smplat_fulfillment_tasks_failed_total";

    public const string Retried = "smplat_fulfillment_tasks_retried_total";

    public const string DeadLettered = "smplat_fulfillment_tasks_dead_lettered_total";

    /// <summary>Labels <c>bucket</c> and <c>task_type</c>.</summary>
    public const string Tasks = "smplat_fulfillment_tasks_total";

    public const string LoopErrors = "smplat_fulfillment_loop_errors_total";

    public const string Rescued = "smplat_fulfillment_tasks_rescued_total";

    /// <summary>Claims that led to no attempt, because the host was left alone.</summary>
    public const string Postponed = "smplat_fulfillment_tasks_postponed_total";

    public const string CounterPrefix = "smplat_fulfillment_";

    public const string FactPrefix = "fulfillment.";

    public const string LastFailure = "fulfillment.last_failure";

    public const string LastDeadLetter = "fulfillment.last_dead_letter";

    public const string LastRetry = "fulfillment.last_retry";

    public const string LastError = "fulfillment.last_error";
}
