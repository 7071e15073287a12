using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Smplat.Core.Platform.Outbox;
using Smplat.Core.Platform.Resilience;

namespace Smplat.Core.Fulfillment;

/// <summary>The consequence of a failed attempt.</summary>
public abstract record FailureDecision
{
    private FailureDecision()
    {
    }

    public sealed record Retry(TimeSpan Delay) : FailureDecision;

    public sealed record DeadLetter : FailureDecision;
}

/// <summary>
/// Records failed attempts: the task is scheduled for a retry, about which the customer is notified, or becomes a dead letter.
/// </summary>
public sealed class TaskFailures(
    NpgsqlDataSource database,
    TaskQueueStore store,
    OutboxWriter outbox,
    FulfillmentCounters counters,
    IOptionsMonitor<FulfillmentOptions> options,
    TimeProvider clock,
    ILogger<TaskFailures> logger)
{
    /// <returns>The decision; null when the task was no longer this owner's and nothing was recorded.</returns>
    public async Task<FailureDecision?> RecordAsync(
        ClaimedTask task, string owner, ExecutionOutcome.Failed failure, CancellationToken cancellationToken)
    {
        var decision = FailurePolicy.Decide(
            task.RetryCount,
            task.MaxRetries,
            failure.IsPermanent,
            failure.RetryAfter,
            options.CurrentValue.RetryJitter,
            Random.Shared.NextDouble());
        var now = clock.GetUtcNow();
        DateTimeOffset? retryAt = decision is FailureDecision.Retry retry ? now + retry.Delay : null;

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (!await store.RecordFailureAsync(
            task, owner, failure.Error, failure.IsPermanent, retryAt, now, transaction, cancellationToken))
        {
            FulfillmentLog.LateResult(logger, task.Id, task.Attempt);
            return null;
        }

        if (retryAt is { } at)
        {
            await NotifyCustomerAsync(task, failure.Error, at, now, transaction, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        Report(task, failure.Error, decision, now);
        return decision;
    }

    private async Task NotifyCustomerAsync(
        ClaimedTask task,
        string error,
        DateTimeOffset retryAt,
        DateTimeOffset now,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken)
    {
        if (await store.FindOrderAsync(task.OrderItemId, transaction, cancellationToken) is not { UserId: { } userId } order)
        {
            return;
        }

        var payload = JsonSerializer.Serialize(new
        {
            order_id = order.Id,
            order_number = order.OrderNumber,
            task_id = task.Id,
            task_type = task.TaskType,
            title = task.Title,
            retry_count = task.RetryCount + 1,
            max_retries = task.MaxRetries,
            scheduled_at = retryAt,
            last_error = error,
        });
        await outbox.EnqueueAsync(
            new("fulfillment_retry", OutboxChannel.Email, null, userId, $"fulfillment_retry:{task.Id}:{task.Attempt}", payload, now),
            transaction,
            cancellationToken);
    }

    private void Report(ClaimedTask task, string error, FailureDecision decision, DateTimeOffset now)
    {
        counters.Count(TaskBucket.Failed, task.TaskType);
        counters.NoteFailure(error, now);
        if (decision is FailureDecision.Retry retry)
        {
            counters.Count(TaskBucket.Retried, task.TaskType);
            counters.NoteRetry(now + retry.Delay, retry.Delay);
            FulfillmentLog.Retried(logger, task.Id, task.TaskType, task.Attempt, retry.Delay.TotalSeconds, error);
            return;
        }

        counters.Count(TaskBucket.DeadLettered, task.TaskType);
        counters.NoteDeadLetter(task.Id, task.OrderItemId, task.TaskType, now);
        FulfillmentLog.DeadLettered(logger, task.Id, task.TaskType, task.OrderItemId, task.Attempt, error);
    }
}

/// <summary>
/// Takes over from workers that stopped responding: their tasks become due again, and the pending roll-ups of their claims are
/// carried out.
/// </summary>
public sealed class TaskRescue(
    TaskQueueStore store, OrderRollup rollup, FulfillmentCounters counters, TimeProvider clock, ILogger<TaskRescue> logger)
{
    private const int PageSize = 500;
    private const string Reason = "The worker stopped responding and its lease expired.";

    /// <returns>The number of rescued tasks.</returns>
    public async Task<int> RunAsync(string owner, FulfillmentOptions settings, CancellationToken cancellationToken)
    {
        var total = 0;
        while (true)
        {
            var now = clock.GetUtcNow();
            var rescued = await store.RescueExpiredAsync(settings.MaxRescues, PageSize, Reason, now, cancellationToken);
            Report(rescued, now);
            total += rescued.Count;
            var pending = await store.TakeOverClaimsAsync(owner, PageSize, now, settings.Lease, cancellationToken);
            await rollup.SettleAsync(
                [.. pending.Select(claim => claim.Id)],
                [.. pending.SelectMany(claim => claim.OrderItemIds).Concat(rescued.Select(task => task.OrderItemId)).Distinct()],
                cancellationToken);
            if (rescued.Count < PageSize && pending.Count < PageSize)
            {
                return total;
            }
        }
    }

    private void Report(IReadOnlyList<RescuedTask> rescued, DateTimeOffset now)
    {
        foreach (var task in rescued)
        {
            FulfillmentLog.Rescued(logger, task.Id, task.Rescues, task.Status);
            if (task.Status == FulfillmentStatus.Failed)
            {
                counters.Count(TaskBucket.Failed, task.TaskType);
                counters.Count(TaskBucket.DeadLettered, task.TaskType);
                counters.NoteFailure(Reason, now);
                counters.NoteDeadLetter(task.Id, task.OrderItemId, task.TaskType, now);
            }
        }

        if (rescued.Count > 0)
        {
            counters.CountRescues(rescued.Count);
        }
    }
}

/// <summary>When a failed task is retried, and when it becomes a dead letter.</summary>
internal static class FailurePolicy
{
    /// <summary>60, 120, 240, 480, 960, then 1800 seconds. A provider may ask for a wait of one day at most.</summary>
    public static readonly Backoff Waits = new(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(1800)) { MaxRetryAfter = TimeSpan.FromHours(24) };

    /// <param name="retryCount">Retries before this failure.</param>
    /// <param name="retryAfter">The wait that the provider asked for; the longer wait applies.</param>
    /// <param name="jitter">Upper bound of the random share that is added to the wait.</param>
    /// <param name="fraction">A random number in [0, 1) that selects the jitter.</param>
    public static FailureDecision Decide(
        int retryCount, int maxRetries, bool isPermanent, TimeSpan? retryAfter, double jitter, double fraction)
    {
        if (isPermanent || retryCount >= maxRetries)
        {
            return new FailureDecision.DeadLetter();
        }

        var waits = Waits with { Jitter = Jitter.UpTo(jitter) };
        return new FailureDecision.Retry(waits.After(retryCount + 1, fraction, retryAfter));
    }
}
