using Smplat.Core.Platform.Observability;

namespace Smplat.Core.Fulfillment;

/// <summary>Counts what the worker does, in the counters that all instances share.</summary>
public sealed class FulfillmentTally(DurableCounters counters)
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

    /// <summary>A run that did something and failed at nothing: what stood as the last error is over.</summary>
    public void ClearError() => counters.Note<FailureFact?>(FulfillmentMetrics.LastError, null);

    public void CountProcessed(IReadOnlyCollection<ClaimedTask> tasks)
    {
        foreach (var group in tasks.GroupBy(task => task.TaskType))
        {
            Count(TaskBucket.Processed, group.Key, group.Count());
        }
    }
}
