using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Smplat.Core.Platform.Outbox;

namespace Smplat.Core.Fulfillment;

/// <summary>Records failed attempts: the task waits for its next one or becomes a dead letter, and the customer is told.</summary>
public sealed class TaskFailures(
    NpgsqlDataSource database,
    TaskFailureStore store,
    OutboxWriter outbox,
    FulfillmentTally tally,
    IOptionsMonitor<FulfillmentOptions> options,
    TimeProvider clock,
    ILogger<TaskFailures> logger)
{
    /// <returns>What was decided; null when the task was no longer this owner's and nothing was recorded.</returns>
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
        if (!await store.RecordAsync(
            task, owner, failure.Error, failure.IsPermanent, retryAt, now, transaction, cancellationToken))
        {
            FulfillmentLog.LateResult(logger, task.Id, task.Attempt);
            return null;
        }

        if (retryAt is { } at)
        {
            await TellCustomerAsync(task, failure.Error, at, now, transaction, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        Report(task, failure.Error, decision, now);
        return decision;
    }

    private async Task TellCustomerAsync(
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
        tally.Count(TaskBucket.Failed, task.TaskType);
        tally.NoteFailure(error, now);
        if (decision is FailureDecision.Retry retry)
        {
            tally.Count(TaskBucket.Retried, task.TaskType);
            tally.NoteRetry(now + retry.Delay, retry.Delay);
            FulfillmentLog.Retried(logger, task.Id, task.TaskType, task.Attempt, retry.Delay.TotalSeconds, error);
            return;
        }

        tally.Count(TaskBucket.DeadLettered, task.TaskType);
        tally.NoteDeadLetter(task.Id, task.OrderItemId, task.TaskType, now);
        FulfillmentLog.DeadLettered(logger, task.Id, task.TaskType, task.OrderItemId, task.Attempt, error);
    }
}
