namespace Smplat.Core.Fulfillment;

/// <summary>Labels of <c>fulfillment_tasks.status</c>. Note the spelling: tasks are <c>cancelled</c>, orders <c>canceled</c>.</summary>
internal static class FulfillmentStatus
{
    public const string Pending = "pending";

    public const string InProgress = "in_progress";

    public const string Completed = "completed";

    public const string Failed = "failed";

    public const string Cancelled = "cancelled";
}

/// <summary>Labels of <c>fulfillment_tasks.task_type</c>.</summary>
public static class FulfillmentTaskType
{
    public const string InstagramSetup = "instagram_setup";

    public const string FollowerGrowth = "follower_growth";

    public const string EngagementBoost = "engagement_boost";

    public const string ContentPromotion = "content_promotion";

    public const string AnalyticsCollection = "analytics_collection";

    public const string CampaignOptimization = "campaign_optimization";

    public static IReadOnlyList<string> All { get; } =
        [InstagramSetup, FollowerGrowth, EngagementBoost, ContentPromotion, AnalyticsCollection, CampaignOptimization];
}

/// <summary>A task that this worker owns for one attempt.</summary>
public sealed record ClaimedTask
{
    public required Guid Id { get; init; }

    public required Guid OrderItemId { get; init; }

    public required string TaskType { get; init; }

    public required string Title { get; init; }

    /// <summary>JSON object; null when there is none.</summary>
    public string? Payload { get; init; }

    public int RetryCount { get; init; }

    public int MaxRetries { get; init; }

    /// <summary>Counts claims; every later write of this attempt is fenced by it.</summary>
    public int Attempt { get; init; }

    public string? Traceparent { get; init; }

    public DateTimeOffset ScheduledAt { get; init; }

    /// <summary>Identifies this attempt.</summary>
    public (Guid Id, int Attempt) Key => (Id, Attempt);
}

/// <summary>A task that succeeded and waits to be acknowledged.</summary>
/// <param name="Result">JSON object.</param>
public sealed record FinishedTask(ClaimedTask Task, string Result);
