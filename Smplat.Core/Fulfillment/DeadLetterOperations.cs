using Microsoft.Extensions.Logging;
using Npgsql;
using Smplat.Core.Orders;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Fulfillment;

/// <summary>Which dead letters to select; a filter that is left out selects all.</summary>
/// <param name="Before">Failed before this time; for paging, that of the last one seen.</param>
public sealed record DeadLetterFilter(
    string? TaskType, Guid? OrderId, string? ErrorContains, DateTimeOffset? Since, DateTimeOffset? Before, int Limit)
{
    public const int MaxLimit = 500;

    public static DeadLetterFilter Read(Fields fields) => new(
        fields.Label("task_type", [.. FulfillmentTaskType.All]),
        fields.Guid("order_id"),
        fields.Text("error_contains", 1, 200),
        fields.Instant("since"),
        fields.Instant("before"),
        fields.Integer("limit", 1, MaxLimit) ?? 50);
}

/// <param name="Actor">Who made the decision; recorded with the reason.</param>
public sealed record HandleDeadLetter(string Actor, string Reason)
{
    public static HandleDeadLetter Read(Fields fields) =>
        new(fields.RequiredText("actor", max: 200), fields.RequiredText("reason", max: 1000));
}

/// <summary>Replays the oldest dead letters that match, at most the filter's limit.</summary>
public sealed record RedriveDeadLetters(DeadLetterFilter Filter, string Actor, string Reason)
{
    public static RedriveDeadLetters Read(Fields fields) => new(
        DeadLetterFilter.Read(fields), fields.RequiredText("actor", max: 200), fields.RequiredText("reason", max: 1000));
}

/// <param name="Remaining">Dead letters that still match; repeat the request to continue.</param>
public sealed record RedriveReport(int Replayed, long Remaining);

/// <summary>The outcome of an operator's decision on a dead letter.</summary>
public abstract record DeadLetterOutcome
{
    private DeadLetterOutcome()
    {
    }

    /// <param name="Status">The new status of the task: <c>pending</c> or <c>cancelled</c>.</param>
    /// <param name="Held">The task waits until its order is released, for example because another dead letter keeps it on hold.</param>
    public sealed record Done(Guid TaskId, string Status, string OrderStatus, bool Held) : DeadLetterOutcome;

    public sealed record Refused(Refusal Refusal) : DeadLetterOutcome;
}

/// <summary>A task that is no longer retried.</summary>
public sealed record DeadLetter
{
    public required Guid TaskId { get; init; }

    public required string TaskType { get; init; }

    public required string Title { get; init; }

    public required Guid OrderItemId { get; init; }

    public required Guid OrderId { get; init; }

    public required string OrderNumber { get; init; }

    public required string OrderStatus { get; init; }

    public string? ErrorMessage { get; init; }

    public int RetryCount { get; init; }

    public int MaxRetries { get; init; }

    public int Attempt { get; init; }

    public int Rescues { get; init; }

    public int Replays { get; init; }

    public DateTimeOffset? FailedAt { get; init; }

    public DateTimeOffset? ScheduledAt { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}

/// <summary>One failed attempt of a task.</summary>
public sealed record FailedAttempt
{
    public int Attempt { get; init; }

    /// <summary><c>retry</c>, <c>dead_letter</c> or <c>rescue</c>.</summary>
    public required string Outcome { get; init; }

    public bool IsPermanent { get; init; }

    public required string Error { get; init; }

    public DateTimeOffset? RetryAt { get; init; }

    public DateTimeOffset FailedAt { get; init; }
}

/// <summary>What an operator did to a task.</summary>
public sealed record OperatorAction
{
    /// <summary><c>replay</c> or <c>discard</c>.</summary>
    public required string Action { get; init; }

    public required string Actor { get; init; }

    public required string Reason { get; init; }

    public string? ErrorBefore { get; init; }

    public int RetryCountBefore { get; init; }

    public DateTimeOffset ActedAt { get; init; }
}

/// <summary>A dead letter with its failed attempts and the actions of operators.</summary>
public sealed record DeadLetterDetails(
    DeadLetter Task, IReadOnlyList<FailedAttempt> Attempts, IReadOnlyList<OperatorAction> Actions);

public sealed record DeadLetterNotFound() : NotFound("fulfillment.dead_letter_not_found", "Task not found");

internal sealed record NotADeadLetter(string Status)
    : Conflict("fulfillment.not_a_dead_letter", $"The task is {Status}; only failed tasks can be replayed or discarded.");

internal sealed record TaskOrderIsCanceled()
    : Conflict("fulfillment.order_canceled", "The task's order is canceled; the task can only be discarded.");

/// <summary>What operators can do about dead letters. Every decision is recorded with its actor and reason.</summary>
public sealed class DeadLetterOperations(
    NpgsqlDataSource database,
    DeadLetterStore store,
    ProgressStore progress,
    OrderRollup rollup,
    TimeProvider clock,
    ILogger<DeadLetterOperations> logger)
{
    public Task<IReadOnlyList<DeadLetter>> ListAsync(DeadLetterFilter filter, CancellationToken cancellationToken) =>
        store.ListAsync(filter, cancellationToken);

    public Task<DeadLetterDetails?> FindAsync(Guid taskId, CancellationToken cancellationToken) =>
        store.FindAsync(taskId, cancellationToken);

    /// <summary>Runs a task again, with all its retries.</summary>
    public Task<DeadLetterOutcome> ReplayAsync(Guid taskId, HandleDeadLetter command, CancellationToken cancellationToken) =>
        HandleAsync(taskId, "replay", command, cancellationToken);

    /// <summary>Cancels a task.</summary>
    public Task<DeadLetterOutcome> DiscardAsync(Guid taskId, HandleDeadLetter command, CancellationToken cancellationToken) =>
        HandleAsync(taskId, "discard", command, cancellationToken);

    /// <summary>Replays many, oldest first, each in its own commit; repeat the request for the rest.</summary>
    public async Task<RedriveReport> RedriveAsync(RedriveDeadLetters command, CancellationToken cancellationToken)
    {
        var replayed = 0;
        foreach (var taskId in await store.ListReplayableAsync(command.Filter, cancellationToken))
        {
            if (await ReplayAsync(taskId, new(command.Actor, command.Reason), cancellationToken) is DeadLetterOutcome.Done)
            {
                replayed++;
            }
        }

        return new(replayed, await store.CountReplayableAsync(command.Filter, cancellationToken));
    }

    private async Task<DeadLetterOutcome> HandleAsync(
        Guid taskId, string action, HandleDeadLetter command, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await store.LockAsync(taskId, transaction, cancellationToken) is not { } task)
        {
            return new DeadLetterOutcome.Refused(new DeadLetterNotFound());
        }

        if (task.Status != FulfillmentStatus.Failed)
        {
            return new DeadLetterOutcome.Refused(new NotADeadLetter(task.Status));
        }

        if (action == "replay" && task.OrderStatus == OrderStatus.Canceled)
        {
            return new DeadLetterOutcome.Refused(new TaskOrderIsCanceled());
        }

        await store.ApplyAsync(
            taskId, action, command, TaskHolds.IsHeld(task.OrderStatus), clock.GetUtcNow(), transaction, cancellationToken);
        await rollup.ApplyAsync([task.OrderId], transaction, cancellationToken);
        var held = await store.IsHeldAsync(taskId, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);

        FulfillmentLog.DeadLetterHandled(logger, taskId, action, command.Actor);
        var order = await progress.FindAsync(task.OrderId, cancellationToken);
        return new DeadLetterOutcome.Done(
            taskId,
            action == "replay" ? FulfillmentStatus.Pending : FulfillmentStatus.Cancelled,
            order?.OrderStatus ?? task.OrderStatus,
            held);
    }
}

/// <summary>A task and its order, both locked.</summary>
public sealed record LockedTask
{
    public required Guid TaskId { get; init; }

    public required string Status { get; init; }

    public required Guid OrderId { get; init; }

    public required string OrderStatus { get; init; }
}
