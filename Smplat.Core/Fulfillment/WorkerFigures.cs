namespace Smplat.Core.Fulfillment;

/// <summary>Counters of the worker over all instances, with the times of its last run.</summary>
public sealed record WorkerFigures(
    long TasksProcessed,
    long TasksFailed,
    long TasksRetried,
    long TasksDeadLettered,
    long LoopErrors,
    DateTimeOffset? LastRunStartedAt,
    DateTimeOffset? LastRunFinishedAt,
    double? LastRunDurationSeconds,
    string? LastError,
    DateTimeOffset? LastErrorAt);

/// <param name="Running">Enabled, and an instance has shown within three intervals that it runs the worker.</param>
public sealed record WorkerHealth(bool Running, int PollIntervalSeconds, int BatchSize, WorkerFigures Metrics);

/// <summary>What dashboards poll: small, every total always there.</summary>
public sealed record WorkerObservability(
    BucketTotals Totals,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, long>> PerTaskType,
    WorkerEvents Events);

public sealed record BucketTotals(long Processed, long Failed, long Retried, long DeadLettered);

public sealed record WorkerEvents(
    DateTimeOffset? LastFailureAt,
    string? LastFailureMessage,
    DateTimeOffset? LastDeadLetterAt,
    string? LastDeadLetterTask,
    Guid? LastDeadLetterTaskId,
    Guid? LastDeadLetterOrderItemId,
    DateTimeOffset? LastRetryScheduledAt,
    long? LastRetryDelaySeconds);
