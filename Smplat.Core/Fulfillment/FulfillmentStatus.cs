namespace Smplat.Core.Fulfillment;

/// <summary>Labels of <c>fulfillment_tasks.status</c>. Mind the spelling: tasks are <c>cancelled</c>, orders <c>canceled</c>.</summary>
public static class FulfillmentStatus
{
    public const string Pending = "pending";

    public const string InProgress = "in_progress";

    public const string Completed = "completed";

    public const string Failed = "failed";

    public const string Cancelled = "cancelled";
}
