using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Fulfillment;

/// <summary>Where tasks may take effect.</summary>
public sealed class ExecutionOptions
{
    /// <summary>
    /// Hosts that configured HTTP tasks and provider endpoints may call: names, or <c>*.example.com</c>. Default none: every such
    /// task fails.
    /// </summary>
    [ConfigurationKeyName("FULFILLMENT_ALLOWED_HOSTS")]
    public string[] AllowedHosts { get; init; } = [];

    /// <summary>Lets those calls reach loopback, private and link-local addresses. Default false; for local runs only.</summary>
    [ConfigurationKeyName("FULFILLMENT_ALLOW_PRIVATE_NETWORKS")]
    public bool AllowPrivateNetworks { get; init; }

    /// <summary>Settings that templates may read as <c>env</c>, when the task names them too. Default none.</summary>
    [ConfigurationKeyName("FULFILLMENT_TEMPLATE_KEYS")]
    public string[] TemplateKeys { get; init; } = [];

    /// <summary>Longest time of one call in seconds, whatever a task asks for. Default 120.</summary>
    [ConfigurationKeyName("FULFILLMENT_HTTP_MAX_SECONDS")]
    [Range(1, 600)]
    public int HttpMaxSeconds { get; init; } = 120;

    /// <summary>Where tasks of type <c>instagram_setup</c> are posted. Unset: such tasks fail at once.</summary>
    [ConfigurationKeyName("FULFILLMENT_ENDPOINT_INSTAGRAM_SETUP")]
    public Uri? InstagramSetup { get; init; }

    /// <summary>Where tasks of type <c>follower_growth</c> are posted. Unset: such tasks fail at once.</summary>
    [ConfigurationKeyName("FULFILLMENT_ENDPOINT_FOLLOWER_GROWTH")]
    public Uri? FollowerGrowth { get; init; }

    /// <summary>Where tasks of type <c>engagement_boost</c> are posted. Unset: such tasks fail at once.</summary>
    [ConfigurationKeyName("FULFILLMENT_ENDPOINT_ENGAGEMENT_BOOST")]
    public Uri? EngagementBoost { get; init; }

    /// <summary>Where tasks of type <c>content_promotion</c> are posted. Unset: such tasks fail at once.</summary>
    [ConfigurationKeyName("FULFILLMENT_ENDPOINT_CONTENT_PROMOTION")]
    public Uri? ContentPromotion { get; init; }

    /// <summary>Where tasks of type <c>analytics_collection</c> are posted. Unset: such tasks fail at once.</summary>
    [ConfigurationKeyName("FULFILLMENT_ENDPOINT_ANALYTICS_COLLECTION")]
    public Uri? AnalyticsCollection { get; init; }

    /// <summary>Where tasks of type <c>campaign_optimization</c> are posted. Unset: such tasks fail at once.</summary>
    [ConfigurationKeyName("FULFILLMENT_ENDPOINT_CAMPAIGN_OPTIMIZATION")]
    public Uri? CampaignOptimization { get; init; }

    /// <summary>Bearer token for those endpoints. Default none.</summary>
    [ConfigurationKeyName("FULFILLMENT_ENDPOINT_TOKEN")]
    [SecretSetting]
    public string? EndpointToken { get; init; }

    public Uri? EndpointOf(string taskType) => taskType switch
    {
        FulfillmentTaskType.InstagramSetup => InstagramSetup,
        FulfillmentTaskType.FollowerGrowth => FollowerGrowth,
        FulfillmentTaskType.EngagementBoost => EngagementBoost,
        FulfillmentTaskType.ContentPromotion => ContentPromotion,
        FulfillmentTaskType.AnalyticsCollection => AnalyticsCollection,
        FulfillmentTaskType.CampaignOptimization => CampaignOptimization,
        _ => null,
    };

    public static string SettingOf(string taskType) => $"FULFILLMENT_ENDPOINT_{taskType.ToUpperInvariant()}";
}
