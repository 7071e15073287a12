using Microsoft.Extensions.Logging;
using Npgsql;
using Smplat.Core.Orders;

namespace Smplat.Core.Fulfillment;

/// <summary>What operators do about tasks that were given up. Every decision is kept with its actor and reason.</summary>
public sealed class DeadLetterDesk(
    NpgsqlDataSource database,
    DeadLetterStore store,
    ProgressStore progress,
    OrderRollup rollup,
    TimeProvider clock,
    ILogger<DeadLetterDesk> logger)
{
    public Task<IReadOnlyList<DeadLetter>> ListAsync(DeadLetterFilter filter, CancellationToken cancellationToken) =>
        store.ListAsync(filter, cancellationToken);

    public Task<DeadLetterFile?> FindAsync(Guid taskId, CancellationToken cancellationToken) =>
        store.FindAsync(taskId, cancellationToken);

    /// <summary>Gives a task a fresh start, with all its retries.</summary>
    public Task<DeadLetterOutcome> ReplayAsync(Guid taskId, HandleDeadLetter command, CancellationToken cancellationToken) =>
        HandleAsync(taskId, "replay", command, cancellationToken);

    /// <summary>Lets a task go; it counts as cancelled.</summary>
    public Task<DeadLetterOutcome> DiscardAsync(Guid taskId, HandleDeadLetter command, CancellationToken cancellationToken) =>
        HandleAsync(taskId, "discard", command, cancellationToken);

    /// <summary>Replays many, oldest first, each in a commit of its own; ask again for the rest.</summary>
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
            return new DeadLetterOutcome.Refused(new OrderIsCanceled());
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
