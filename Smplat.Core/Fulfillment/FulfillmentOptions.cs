using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Fulfillment;

/// <summary>How the worker claims, runs and retries tasks.</summary>
public sealed class FulfillmentOptions
{
    public const int MaxLeaseSeconds = 3600;

    /// <summary>Runs the worker. Default false: tasks accumulate and none is run.</summary>
    [ConfigurationKeyName("FULFILLMENT_WORKER_ENABLED")]
    public bool WorkerEnabled { get; init; }

    /// <summary>Seconds between two polls for due tasks. Default 30. A full batch is followed by the next one immediately.</summary>
    [ConfigurationKeyName("FULFILLMENT_POLL_INTERVAL_SECONDS")]
    [Range(1, 3600)]
    public int PollIntervalSeconds { get; init; } = 30;

    /// <summary>Tasks per claim. Default 25; use several hundred for a backlog of quick tasks.</summary>
    [ConfigurationKeyName("FULFILLMENT_BATCH_SIZE")]
    [Range(1, 1000)]
    public int BatchSize { get; init; } = 25;

    /// <summary>Tasks that run concurrently in one instance. Default 8.</summary>
    [ConfigurationKeyName("FULFILLMENT_PARALLELISM")]
    [Range(1, 256)]
    public int Parallelism { get; init; } = 8;

    /// <summary>Successes that are acknowledged in one statement. Default 100; 1 acknowledges each task separately.</summary>
    [ConfigurationKeyName("FULFILLMENT_ACK_BATCH_SIZE")]
    [Range(1, 1000)]
    public int AckBatchSize { get; init; } = 100;

    /// <summary>
    /// Seconds until the lease of a worker that stopped responding expires; a running worker renews it three times in that period.
    /// Default 45. A crashed worker's tasks run again after this time plus one poll interval at the latest.
    /// </summary>
    [ConfigurationKeyName("FULFILLMENT_LEASE_SECONDS")]
    [Range(3, MaxLeaseSeconds)]
    public int LeaseSeconds { get; init; } = 45;

    /// <summary>Time limit of one run in seconds. Default 240; with the longest call and 30 s it must fit into the function timeout.</summary>
    [ConfigurationKeyName("FULFILLMENT_DRAIN_SECONDS")]
    [Range(1, 3600)]
    public int DrainSeconds { get; init; } = 240;

    /// <summary>Seconds that running tasks get to finish when the app stops, before they are given back. Default 5.</summary>
    [ConfigurationKeyName("FULFILLMENT_STOP_GRACE_SECONDS")]
    [Range(0, 60)]
    public int StopGraceSeconds { get; init; } = 5;

    /// <summary>How often a task may be taken over from a crashed worker before it becomes a dead letter. Default 10.</summary>
    [ConfigurationKeyName("FULFILLMENT_MAX_RESCUES")]
    [Range(1, 1000)]
    public int MaxRescues { get; init; } = 10;

    /// <summary>Upper bound of the random share of the wait that is added to retries. Default 0: exactly 60, 120, 240 … seconds.</summary>
    [ConfigurationKeyName("FULFILLMENT_RETRY_JITTER")]
    [Range(0.0, 1.0)]
    public double RetryJitter { get; init; }

    /// <summary>Minutes after its earliest start by which a new task is due. Default 240; the on-time rate is measured by it.</summary>
    [ConfigurationKeyName("FULFILLMENT_DUE_MINUTES")]
    [Range(0, 100_000)]
    public int DueMinutes { get; init; } = 240;

    public TimeSpan Lease => TimeSpan.FromSeconds(LeaseSeconds);
}

/// <summary>Runs must end before the host cancels the function that they run in.</summary>
internal sealed class RunLimitOptions : IValidatableObject
{
    // Claims, acknowledgements and roll-ups around the calls.
    private const int MarginSeconds = 30;

    // The outbox claims for two minutes; the longest message is a call to a provider and ten seconds.
    private const int OutboxSeconds = 130;

    /// <summary>
    /// Time after which the host cancels a function, as in <c>host.json</c>; negative for no limit. Default 00:10:00.
    /// </summary>
    [ConfigurationKeyName("AzureFunctionsJobHost__functionTimeout")]
    public TimeSpan FunctionTimeout { get; init; } = TimeSpan.FromMinutes(10);

    [ConfigurationKeyName("FULFILLMENT_DRAIN_SECONDS")]
    public int DrainSeconds { get; init; } = new FulfillmentOptions().DrainSeconds;

    [ConfigurationKeyName("FULFILLMENT_HTTP_MAX_SECONDS")]
    public int HttpMaxSeconds { get; init; } = new ExecutionOptions().HttpMaxSeconds;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        var seconds = Math.Max(DrainSeconds, OutboxSeconds) + HttpMaxSeconds + MarginSeconds;
        if (FunctionTimeout > TimeSpan.Zero && seconds > FunctionTimeout.TotalSeconds)
        {
            yield return new(
                $"A run of the worker may take {seconds} s (FULFILLMENT_DRAIN_SECONDS {DrainSeconds}, at least {OutboxSeconds} for the outbox, "
                + $"plus FULFILLMENT_HTTP_MAX_SECONDS {HttpMaxSeconds} plus {MarginSeconds}), but the host cancels it after {FunctionTimeout} "
                + "(AzureFunctionsJobHost__functionTimeout).");
        }
    }
}

/// <summary>Which endpoints and hosts tasks may call.</summary>
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

    /// <summary>Settings that templates may read as <c>env</c> when the task lists them as well. Default none.</summary>
    [ConfigurationKeyName("FULFILLMENT_TEMPLATE_KEYS")]
    public string[] TemplateKeys { get; init; } = [];

    /// <summary>Upper limit of the timeout of one call in seconds, whatever the task sets. Default 120.</summary>
    [ConfigurationKeyName("FULFILLMENT_HTTP_MAX_SECONDS")]
    [Range(1, 600)]
    public int HttpMaxSeconds { get; init; } = 120;

    /// <summary>Endpoint for tasks of type <c>instagram_setup</c>. Unset: such tasks fail immediately.</summary>
    [ConfigurationKeyName("FULFILLMENT_ENDPOINT_INSTAGRAM_SETUP")]
    public Uri? InstagramSetup { get; init; }

    /// <summary>Endpoint for tasks of type <c>follower_growth</c>. Unset: such tasks fail immediately.</summary>
    [ConfigurationKeyName("FULFILLMENT_ENDPOINT_FOLLOWER_GROWTH")]
    public Uri? FollowerGrowth { get; init; }

    /// <summary>Endpoint for tasks of type <c>engagement_boost</c>. Unset: such tasks fail immediately.</summary>
    [ConfigurationKeyName("FULFILLMENT_ENDPOINT_ENGAGEMENT_BOOST")]
    public Uri? EngagementBoost { get; init; }

    /// <summary>Endpoint for tasks of type <c>content_promotion</c>. Unset: such tasks fail immediately.</summary>
    [ConfigurationKeyName("FULFILLMENT_ENDPOINT_CONTENT_PROMOTION")]
    public Uri? ContentPromotion { get; init; }

    /// <summary>Endpoint for tasks of type <c>analytics_collection</c>. Unset: such tasks fail immediately.</summary>
    [ConfigurationKeyName("FULFILLMENT_ENDPOINT_ANALYTICS_COLLECTION")]
    public Uri? AnalyticsCollection { get; init; }

    /// <summary>Endpoint for tasks of type <c>campaign_optimization</c>. Unset: such tasks fail immediately.</summary>
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

/// <summary>Limits per host that tasks call, in one instance.</summary>
internal sealed class HostBulkheadOptions
{
    /// <summary>
    /// Concurrent calls to one host in one instance. Default 0: limited only by <c>FULFILLMENT_PARALLELISM</c>. Set it lower than
    /// that, so that a slow host cannot occupy all loops.
    /// </summary>
    [ConfigurationKeyName("FULFILLMENT_HOST_PARALLELISM")]
    [Range(0, 256)]
    public int Parallelism { get; init; }

    /// <summary>
    /// Minimum number of calls to a host within 30 seconds, half or more of which must fail to open its circuit. Default 5; below 2
    /// the circuit never opens. While it is open, the host's tasks wait and lose no attempt.
    /// </summary>
    [ConfigurationKeyName("FULFILLMENT_BREAKER_FAILURES")]
    [Range(0, 1000)]
    public int BreakerFailures { get; init; } = 5;

    /// <summary>
    /// Seconds for which the circuit of a failing host stays open before one trial call. Default 30; doubles with every failed trial
    /// call, up to five minutes.
    /// </summary>
    [ConfigurationKeyName("FULFILLMENT_BREAKER_SECONDS")]
    [Range(1, 300)]
    public int BreakerSeconds { get; init; } = 30;
}
