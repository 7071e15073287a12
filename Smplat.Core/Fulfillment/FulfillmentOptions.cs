using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace Smplat.Core.Fulfillment;

/// <summary>How the worker takes tasks and how long it believes in them.</summary>
public sealed class FulfillmentOptions
{
    public const int MaxLeaseSeconds = 3600;

    /// <summary>Runs the worker. Default false: tasks gather and nothing is carried out.</summary>
    [ConfigurationKeyName("FULFILLMENT_WORKER_ENABLED")]
    public bool WorkerEnabled { get; init; }

    /// <summary>Seconds between two looks for due tasks. Default 30. A full batch is followed by the next one at once.</summary>
    [ConfigurationKeyName("FULFILLMENT_POLL_INTERVAL_SECONDS")]
    [Range(1, 3600)]
    public int PollIntervalSeconds { get; init; } = 30;

    /// <summary>Tasks that one claim takes. Default 25; several hundred for a backlog of quick tasks.</summary>
    [ConfigurationKeyName("FULFILLMENT_BATCH_SIZE")]
    [Range(1, 1000)]
    public int BatchSize { get; init; } = 25;

    /// <summary>Tasks that run side by side in one instance. Default 8.</summary>
    [ConfigurationKeyName("FULFILLMENT_PARALLELISM")]
    [Range(1, 256)]
    public int Parallelism { get; init; } = 8;

    /// <summary>Successes that are acknowledged in one statement. Default 100; 1 acknowledges each task by itself.</summary>
    [ConfigurationKeyName("FULFILLMENT_ACK_BATCH_SIZE")]
    [Range(1, 1000)]
    public int AckBatchSize { get; init; } = 100;

    /// <summary>
    /// Seconds that a silent worker is believed alive; it renews its leases three times within. Default 45. A dead
    /// worker's tasks run again after this and one poll at the latest.
    /// </summary>
    [ConfigurationKeyName("FULFILLMENT_LEASE_SECONDS")]
    [Range(3, MaxLeaseSeconds)]
    public int LeaseSeconds { get; init; } = 45;

    /// <summary>Longest time of one run in seconds. Default 240; keep it below the platform's function timeout.</summary>
    [ConfigurationKeyName("FULFILLMENT_DRAIN_SECONDS")]
    [Range(1, 3600)]
    public int DrainSeconds { get; init; } = 240;

    /// <summary>Seconds that running tasks get to finish when the app stops, before they are given back. Default 5.</summary>
    [ConfigurationKeyName("FULFILLMENT_STOP_GRACE_SECONDS")]
    [Range(0, 60)]
    public int StopGraceSeconds { get; init; } = 5;

    /// <summary>How often a task may be taken over from a dead worker before it becomes a dead letter. Default 10.</summary>
    [ConfigurationKeyName("FULFILLMENT_MAX_RESCUES")]
    [Range(1, 1000)]
    public int MaxRescues { get; init; } = 10;

    /// <summary>A random part of up to this share of the wait is added to retries. Default 0: exactly 60, 120, 240 … seconds.</summary>
    [ConfigurationKeyName("FULFILLMENT_RETRY_JITTER")]
    [Range(0.0, 1.0)]
    public double RetryJitter { get; init; }

    /// <summary>Minutes after its earliest start by which a new task is due. Default 240; on-time figures are counted by it.</summary>
    [ConfigurationKeyName("FULFILLMENT_DUE_MINUTES")]
    [Range(0, 100_000)]
    public int DueMinutes { get; init; } = 240;

    public TimeSpan Lease => TimeSpan.FromSeconds(LeaseSeconds);
}
