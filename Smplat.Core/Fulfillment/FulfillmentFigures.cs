using System.Text.Json;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Observability;

namespace Smplat.Core.Fulfillment;

/// <summary>The worker's figures, read from what all instances share, so that every instance tells the same.</summary>
public sealed class FulfillmentFigures(
    DurableCounters counters, JobQueries ledger, FulfillmentJob job, JobGate gate, IOptionsMonitor<FulfillmentOptions> options)
{
    // With three active types the whole answer stays under a kilobyte.
    private const int MaxMessage = 96;

    public async Task<WorkerFigures> ReadFiguresAsync(CancellationToken cancellationToken)
    {
        var values = await counters.ReadAsync(FulfillmentMetrics.CounterPrefix, cancellationToken);
        var facts = await counters.ReadFactsAsync(FulfillmentMetrics.FactPrefix, cancellationToken);
        var state = await ledger.FindAsync(FulfillmentJob.Id, cancellationToken);
        var error = Read<FailureFact>(facts, FulfillmentMetrics.LastError);
        return new(
            Total(values, FulfillmentMetrics.Processed),
            Total(values, FulfillmentMetrics.Failed),
            Total(values, FulfillmentMetrics.Retried),
            Total(values, FulfillmentMetrics.DeadLettered),
            Total(values, FulfillmentMetrics.LoopErrors),
            state?.LastStartedAt,
            state?.LastCompletedAt,
            state?.LastCompletedAt >= state?.LastStartedAt ? (state.LastCompletedAt - state.LastStartedAt)?.TotalSeconds : null,
            error?.Message,
            error?.At);
    }

    public async Task<WorkerHealth> ReadHealthAsync(CancellationToken cancellationToken)
    {
        var state = await ledger.FindAsync(FulfillmentJob.Id, cancellationToken);
        var isRunning = gate.IsOpenFor(job) && state is not null && JobHealthPolicy.IsTicking(state, ledger.Now);
        var settings = options.CurrentValue;
        return new(isRunning, settings.PollIntervalSeconds, settings.BatchSize, await ReadFiguresAsync(cancellationToken));
    }

    public async Task<WorkerObservability> ReadObservabilityAsync(CancellationToken cancellationToken)
    {
        var values = await counters.ReadAsync(FulfillmentMetrics.CounterPrefix, cancellationToken);
        var facts = await counters.ReadFactsAsync(FulfillmentMetrics.FactPrefix, cancellationToken);
        return new(
            new(
                Total(values, FulfillmentMetrics.Processed),
                Total(values, FulfillmentMetrics.Failed),
                Total(values, FulfillmentMetrics.Retried),
                Total(values, FulfillmentMetrics.DeadLettered)),
            TaskBucket.All.ToDictionary(bucket => bucket, bucket => PerType(values, bucket)),
            Events(facts));
    }

    private static WorkerEvents Events(IReadOnlyDictionary<string, string> facts)
    {
        var failure = Read<FailureFact>(facts, FulfillmentMetrics.LastFailure);
        var dead = Read<DeadLetterFact>(facts, FulfillmentMetrics.LastDeadLetter);
        var retry = Read<RetryFact>(facts, FulfillmentMetrics.LastRetry);
        return new(
            Seconds(failure?.At),
            failure is { Message.Length: > MaxMessage } ? failure.Message[..(MaxMessage - 1)] + "…" : failure?.Message,
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
