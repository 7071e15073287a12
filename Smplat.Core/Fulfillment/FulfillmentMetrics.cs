using System.Text.Json;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Input;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Observability;

namespace Smplat.Core.Fulfillment;

/// <summary>Names of the durable counters and facts; the metrics feed, dashboards and alerts refer to them.</summary>
internal static class FulfillmentMetrics
{
    public const string Processed = "smplat_fulfillment_tasks_processed_total";

    public const string Failed = "smplat_fulfillment_tasks_failed_total";

    public const string Retried = "smplat_fulfillment_tasks_retried_total";

    public const string DeadLettered = "smplat_fulfillment_tasks_dead_lettered_total";

    /// <summary>Labels <c>bucket</c> and <c>task_type</c>.</summary>
    public const string Tasks = "smplat_fulfillment_tasks_total";

    public const string LoopErrors = "smplat_fulfillment_loop_errors_total";

    public const string Rescued = "smplat_fulfillment_tasks_rescued_total";

    /// <summary>Claims without an attempt, because the circuit of the host was open or the host was busy.</summary>
    public const string Postponed = "smplat_fulfillment_tasks_postponed_total";

    public const string CounterPrefix = "smplat_fulfillment_";

    public const string FactPrefix = "fulfillment.";

    public const string LastFailure = "fulfillment.last_failure";

    public const string LastDeadLetter = "fulfillment.last_dead_letter";

    public const string LastRetry = "fulfillment.last_retry";

    public const string LastError = "fulfillment.last_error";
}

/// <summary>Values of the label <c>bucket</c>.</summary>
public static class TaskBucket
{
    public const string Processed = "processed";

    /// <summary>Failed attempts; normally failed = retried + dead_lettered.</summary>
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

/// <summary>Counts what the worker does in the counters that all instances share.</summary>
public sealed class FulfillmentCounters(DurableCounters counters)
{
    public void Count(string bucket, string taskType, int count = 1)
    {
        counters.Add(TaskBucket.TotalOf(bucket), count);
        counters.Add(FulfillmentMetrics.Tasks, count, ("bucket", bucket), ("task_type", taskType));
    }

    public void CountRescues(int count) => counters.Add(FulfillmentMetrics.Rescued, count);

    public void CountPostponed() => counters.Increment(FulfillmentMetrics.Postponed);

    public void NoteFailure(string message, DateTimeOffset at)
    {
        counters.Note(FulfillmentMetrics.LastFailure, new FailureFact(at, message));
        counters.Note(FulfillmentMetrics.LastError, new FailureFact(at, message));
    }

    public void NoteRetry(DateTimeOffset scheduledAt, TimeSpan delay) =>
        counters.Note(FulfillmentMetrics.LastRetry, new RetryFact(scheduledAt, delay.TotalSeconds));

    public void NoteDeadLetter(Guid taskId, Guid orderItemId, string taskType, DateTimeOffset at) =>
        counters.Note(FulfillmentMetrics.LastDeadLetter, new DeadLetterFact(at, taskType, taskId, orderItemId));

    public void CountLoopError(string message, DateTimeOffset at)
    {
        counters.Increment(FulfillmentMetrics.LoopErrors);
        counters.Note(FulfillmentMetrics.LastError, new FailureFact(at, message));
    }

    /// <summary>A run processed tasks without a failure, so the last error is resolved.</summary>
    public void ClearError() => counters.Note<FailureFact?>(FulfillmentMetrics.LastError, null);

    public void CountProcessed(IReadOnlyCollection<ClaimedTask> tasks)
    {
        foreach (var group in tasks.GroupBy(task => task.TaskType))
        {
            Count(TaskBucket.Processed, group.Key, group.Count());
        }
    }
}

/// <summary>When something last failed, and how.</summary>
internal sealed record FailureFact(DateTimeOffset At, string Message);

/// <summary>The retry that was scheduled last.</summary>
internal sealed record RetryFact(DateTimeOffset ScheduledAt, double DelaySeconds);

/// <summary>The task that became a dead letter last.</summary>
internal sealed record DeadLetterFact(DateTimeOffset At, string TaskType, Guid TaskId, Guid OrderItemId);

/// <summary>The worker's metrics and health, read from shared state, so that every instance reports the same.</summary>
public sealed class WorkerMetrics(
    DurableCounters counters, JobQueries ledger, JobWatch watch, FulfillmentJob job, JobGate gate, ProgressStore progress, IOptionsMonitor<FulfillmentOptions> options)
{
    // The whole answer stays under a kilobyte, so that a dashboard can poll it: what is long gives way.
    private const int MaxBytes = 1023;
    private const int MaxMessage = 96;

    private static readonly JsonSerializerOptions Naming = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public async Task<WorkerStats> ReadFiguresAsync(CancellationToken cancellationToken)
    {
        var values = await counters.ReadAsync(FulfillmentMetrics.CounterPrefix, cancellationToken);
        var facts = await counters.ReadFactsAsync(FulfillmentMetrics.FactPrefix, cancellationToken);
        var state = await ledger.FindAsync(FulfillmentJob.Id, cancellationToken);
        var error = Read<FailureFact>(facts, FulfillmentMetrics.LastError);
        return new()
        {
            TasksProcessed = Total(values, FulfillmentMetrics.Processed),
            TasksFailed = Total(values, FulfillmentMetrics.Failed),
            TasksRetried = Total(values, FulfillmentMetrics.Retried),
            TasksDeadLettered = Total(values, FulfillmentMetrics.DeadLettered),
            LoopErrors = Total(values, FulfillmentMetrics.LoopErrors),
            LastRunStartedAt = state?.LastStartedAt,
            LastRunFinishedAt = state?.LastCompletedAt,
            LastRunDurationSeconds = state?.LastCompletedAt >= state?.LastStartedAt
                ? (state.LastCompletedAt - state.LastStartedAt)?.TotalSeconds
                : null,
            LastError = error?.Message,
            LastErrorAt = error?.At,
        };
    }

    public async Task<WorkerHealth> ReadHealthAsync(CancellationToken cancellationToken)
    {
        var state = await ledger.FindAsync(FulfillmentJob.Id, cancellationToken);
        var isRunning = gate.IsOpenFor(job) && watch.IsTicking(FulfillmentJob.Id, state);
        var settings = options.CurrentValue;
        return new(isRunning, settings.PollIntervalSeconds, settings.BatchSize, await ReadFiguresAsync(cancellationToken));
    }

    public async Task<WorkerObservability> ReadObservabilityAsync(CancellationToken cancellationToken)
    {
        var values = await counters.ReadAsync(FulfillmentMetrics.CounterPrefix, cancellationToken);
        var facts = await counters.ReadFactsAsync(FulfillmentMetrics.FactPrefix, cancellationToken);
        return Fit(new(
            new(
                Total(values, FulfillmentMetrics.Processed),
                Total(values, FulfillmentMetrics.Failed),
                Total(values, FulfillmentMetrics.Retried),
                Total(values, FulfillmentMetrics.DeadLettered)),
            TaskBucket.All.ToDictionary(bucket => bucket, bucket => PerType(values, bucket)),
            Events(facts),
            await progress.CountOpenDeadLettersAsync(cancellationToken)));
    }

    /// <summary>Shortens the message, then leaves out the ids of the last dead letter, then folds the rarest types into one.</summary>
    internal static WorkerObservability Fit(WorkerObservability answer)
    {
        for (var length = MaxMessage / 2; IsTooLong(answer) && length >= 0; length -= MaxMessage / 8)
        {
            answer = answer with
            {
                Events = answer.Events with
                {
                    LastFailureMessage = length == 0 || answer.Events.LastFailureMessage is not { } message ? null : SafeText.Cut(message, length, "…"),
                },
            };
        }

        if (IsTooLong(answer))
        {
            answer = answer with { Events = answer.Events with { LastDeadLetterOrderItemId = null, LastDeadLetterTaskId = null } };
        }

        for (var types = answer.PerTaskType.Values.Max(bucket => bucket.Count) - 1; IsTooLong(answer) && types >= 0; types--)
        {
            answer = answer with { PerTaskType = answer.PerTaskType.ToDictionary(bucket => bucket.Key, bucket => Fold(bucket.Value, types)) };
        }

        return answer;
    }

    private static bool IsTooLong(WorkerObservability answer) => JsonSerializer.SerializeToUtf8Bytes(answer, Naming).Length > MaxBytes;

    private static IReadOnlyDictionary<string, long> Fold(IReadOnlyDictionary<string, long> counts, int types)
    {
        const string Others = "other";
        var ordered = counts.Where(count => count.Key != Others).OrderByDescending(count => count.Value).ToArray();
        var folded = ordered.Take(types).ToDictionary(count => count.Key, count => count.Value);
        if (ordered.Length > types || counts.ContainsKey(Others))
        {
            folded[Others] = counts.GetValueOrDefault(Others) + ordered.Skip(types).Sum(count => count.Value);
        }

        return folded;
    }

    private static WorkerEvents Events(IReadOnlyDictionary<string, string> facts)
    {
        var failure = Read<FailureFact>(facts, FulfillmentMetrics.LastFailure);
        var dead = Read<DeadLetterFact>(facts, FulfillmentMetrics.LastDeadLetter);
        var retry = Read<RetryFact>(facts, FulfillmentMetrics.LastRetry);
        return new(
            Seconds(failure?.At),
            failure is null ? null : SafeText.Cut(failure.Message, MaxMessage, "…"),
            Seconds(dead?.At),
            dead?.TaskType,
            dead?.TaskId,
            dead?.OrderItemId,
            Seconds(retry?.ScheduledAt),
            retry is null ? null : (long)retry.DelaySeconds);
    }

    private static IReadOnlyDictionary<string, long> PerType(IReadOnlyList<CounterValue> values, string bucket) => (
        from value in values
        where value.Name == FulfillmentMetrics.Tasks && value.Value > 0
        let labels = value.ReadLabels()
        where labels.GetValueOrDefault("bucket") == bucket
        select (Type: labels["task_type"], Count: (long)value.Value)).ToDictionary(entry => entry.Type, entry => entry.Count);

    private static long Total(IReadOnlyList<CounterValue> values, string name) =>
        (long)values.Where(value => value.Name == name).Sum(value => value.Value);

    private static T? Read<T>(IReadOnlyDictionary<string, string> facts, string name)
        where T : class => facts.TryGetValue(name, out var json) ? JsonSerializer.Deserialize<T>(json) : null;

    private static DateTimeOffset? Seconds(DateTimeOffset? instant) =>
        instant is { } at ? new DateTimeOffset(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero) : null;
}

/// <summary>Totals of the worker over all instances, and its last run.</summary>
public sealed record WorkerStats
{
    public long TasksProcessed { get; init; }

    public long TasksFailed { get; init; }

    public long TasksRetried { get; init; }

    public long TasksDeadLettered { get; init; }

    public long LoopErrors { get; init; }

    public DateTimeOffset? LastRunStartedAt { get; init; }

    public DateTimeOffset? LastRunFinishedAt { get; init; }

    public double? LastRunDurationSeconds { get; init; }

    public string? LastError { get; init; }

    public DateTimeOffset? LastErrorAt { get; init; }
}

/// <param name="Running">Enabled, and an instance has run the worker within the last three intervals.</param>
public sealed record WorkerHealth(bool Running, int PollIntervalSeconds, int BatchSize, WorkerStats Metrics);

/// <summary>What dashboards poll: small, and every total is always present.</summary>
public sealed record WorkerObservability(
    BucketTotals Totals,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, long>> PerTaskType,
    WorkerEvents Events,
    long OpenDeadLetters);

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
