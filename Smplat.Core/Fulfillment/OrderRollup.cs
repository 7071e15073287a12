using System.Text.Json;
using Npgsql;
using Smplat.Core.Orders;
using Smplat.Core.Platform.Outbox;

namespace Smplat.Core.Fulfillment;

/// <summary>
/// Brings orders to the status that their tasks say. Called after the commit of a change of tasks: whoever comes last sees
/// all changes, and an order is decided on under its lock, so that no two decide on different facts.
/// </summary>
public sealed class OrderRollup(
    NpgsqlDataSource database,
    ProgressStore progress,
    TaskQueueStore queue,
    OrderStatusMachine machine,
    OutboxWriter outbox,
    TimeProvider clock)
{
    private const string Cause = "fulfillment_progress_update";
    private const string Actor = "fulfillment-worker";

    /// <summary>Tasks of these items were begun.</summary>
    public async Task BeginAsync(Guid[] orderItemIds, CancellationToken cancellationToken)
    {
        var waiting = await progress.ListWaitingToStartAsync(orderItemIds, cancellationToken);
        await ApplyAsync(waiting, cancellationToken);
    }

    /// <summary>Tasks of these items have ended; afterwards the claims owe nothing.</summary>
    public async Task SettleAsync(Guid[] claimIds, Guid[] orderItemIds, CancellationToken cancellationToken)
    {
        if (orderItemIds.Length > 0)
        {
            await ApplyAsync(await progress.ListDifferingAsync(orderItemIds, cancellationToken), cancellationToken);
        }

        if (claimIds.Length > 0)
        {
            await queue.SettleAsync(claimIds, cancellationToken);
        }
    }

    /// <summary>Decides on these orders anew.</summary>
    public async Task ApplyAsync(Guid[] orderIds, CancellationToken cancellationToken)
    {
        if (orderIds.Length == 0)
        {
            return;
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ApplyAsync(orderIds, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>The same as part of a change of tasks that has not committed yet.</summary>
    public async Task ApplyAsync(Guid[] orderIds, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var orders = await progress.LockAsync(orderIds, transaction, cancellationToken);
        OrderStep[] steps =
        [
            .. from order in orders
               let wanted = RollupPolicy.StatusOf(order.OrderStatus, order.Counts)
               where wanted != order.OrderStatus
               select new OrderStep(order.OrderId, wanted, new(HoldReason.Fulfillment, Cause, Actor)),
        ];
        if (steps.Length == 0)
        {
            return;
        }

        var outcomes = await machine.MoveAllAsync(steps, transaction, cancellationToken);
        var totals = orders.ToDictionary(order => order.OrderId, order => order.Total);
        foreach (var changed in outcomes.OfType<OrderStatusOutcome.Changed>())
        {
            if (changed.Change is { To: OrderStatus.Completed, UserId: not null } change)
            {
                await outbox.EnqueueAsync(Completion(change, totals[change.OrderId]), transaction, cancellationToken);
            }
        }
    }

    private OutboxMessage Completion(OrderStatusChange change, long tasks) => new(
        "fulfillment_completion",
        OutboxChannel.Email,
        null,
        change.UserId,
        $"fulfillment_completion:{change.Id}",
        JsonSerializer.Serialize(new { order_id = change.OrderId, order_number = change.OrderNumber, tasks_completed = tasks }),
        clock.GetUtcNow());
}
