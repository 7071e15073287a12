namespace Smplat.Core.Fulfillment;

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
