using System.Text.Json;
using Microsoft.Extensions.Logging;
using Npgsql;
using Smplat.Core.Orders;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Outbox;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Fulfillment;

/// <summary>
/// Moves orders to the status that follows from their tasks. It runs after a change of tasks has committed, so that the last
/// caller sees all changes, and decides under the lock of the order, so that all callers decide on the same facts.
/// </summary>
public sealed class OrderRollup(
    NpgsqlDataSource database,
    ProgressStore progress,
    TaskQueueStore queue,
    OrderStatusMachine machine,
    OutboxWriter outbox,
    TimeProvider clock,
    ILogger<OrderRollup> logger)
{
    private const string Cause = "fulfillment_progress_update";
    private const string Actor = "fulfillment-worker";

    /// <summary>Tasks of these items were started.</summary>
    public async Task StartAsync(Guid[] orderItemIds, CancellationToken cancellationToken)
    {
        var waiting = await progress.ListWaitingToStartAsync(orderItemIds, cancellationToken);
        await ApplyEachAsync(waiting, cancellationToken);
    }

    /// <summary>Tasks of these items have ended. Afterwards the claims have no pending roll-up.</summary>
    public async Task SettleAsync(Guid[] claimIds, Guid[] orderItemIds, CancellationToken cancellationToken)
    {
        if (orderItemIds.Length > 0)
        {
            await ApplyEachAsync(await progress.ListDifferingAsync(orderItemIds, cancellationToken), cancellationToken);
        }

        if (claimIds.Length > 0)
        {
            await queue.DeleteClaimsAsync(claimIds, cancellationToken);
        }
    }

    /// <summary>An order whose change the database refuses keeps its status, and stops neither the others nor the worker.</summary>
    private async Task ApplyEachAsync(Guid[] orderIds, CancellationToken cancellationToken)
    {
        try
        {
            await ApplyAsync(orderIds, cancellationToken);
        }
        catch (Exception problem) when (!DatabaseErrors.IsOutage(problem) && !cancellationToken.IsCancellationRequested)
        {
            FulfillmentLog.RollupRefused(logger, orderIds.Length, Redaction.Redact(problem.Message), problem);
            if (orderIds.Length > 1)
            {
                foreach (var orderId in orderIds)
                {
                    await ApplyEachAsync([orderId], cancellationToken);
                }
            }
        }
    }

    /// <summary>Decides on the status of these orders again.</summary>
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

    /// <summary>The same, as part of a change of tasks that has not committed yet.</summary>
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

/// <summary>An order and the state of its tasks.</summary>
public sealed record OrderTasks
{
    public required Guid OrderId { get; init; }

    public required string OrderStatus { get; init; }

    public long Total { get; init; }

    public long Completed { get; init; }

    public long Failed { get; init; }

    public long InProgress { get; init; }

    public long Items { get; init; }

    public TaskCounts Counts => new(Total, Completed, Failed, InProgress);
}

/// <summary>Tasks of one order by status; cancelled ones count only in the total.</summary>
public sealed record TaskCounts(long Total, long Completed, long Failed, long InProgress);

/// <summary>Keeps tasks from running while their order is on hold or canceled, from the commit of the order's change on.</summary>
internal sealed class TaskHolds(ProgressStore progress, TimeProvider clock) : IOrderStatusListener
{
    public async Task OnChangedAsync(
        IReadOnlyList<OrderStatusChange> changes, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        (Guid OrderId, bool Held)[] changed =
            [.. changes.Where(change => IsHeld(change.From) != IsHeld(change.To)).Select(change => (change.OrderId, IsHeld(change.To)))];
        if (changed.Length > 0)
        {
            await progress.SetHeldAsync(changed, clock.GetUtcNow(), transaction, cancellationToken);
        }
    }

    internal static bool IsHeld(string orderStatus) => orderStatus is OrderStatus.OnHold or OrderStatus.Canceled;
}

/// <summary>Reads the progress of an order.</summary>
public sealed class OrderProgress(ProgressStore store)
{
    /// <returns>Null when there is no such order.</returns>
    public async Task<OrderProgressReport?> FindAsync(Guid orderId, CancellationToken cancellationToken) =>
        await store.FindAsync(orderId, cancellationToken) is { } order
            ? new(
                order.OrderId,
                order.OrderStatus,
                order.Total,
                order.Completed,
                order.Failed,
                order.InProgress,
                Percentage(order.Completed, order.Total),
                order.Items)
            : null;

    private static decimal Percentage(long completed, long total) =>
        total == 0 ? 0 : Math.Round(completed * 100m / total, 2, MidpointRounding.ToEven);
}

/// <param name="ProgressPercentage">Share of completed tasks, two decimals; 0 without tasks.</param>
public sealed record OrderProgressReport(
    Guid OrderId,
    string OrderStatus,
    long TotalTasks,
    long CompletedTasks,
    long FailedTasks,
    long InProgressTasks,
    decimal ProgressPercentage,
    long ItemsCount);

/// <summary>Which status an order should have by its tasks.</summary>
internal static class RollupPolicy
{
    /// <returns>The status that the order should have; its current one when no change follows from the tasks.</returns>
    public static string StatusOf(string orderStatus, TaskCounts tasks) =>
        orderStatus == OrderStatus.Canceled || tasks.Total == 0 ? orderStatus
        : tasks.Failed > 0 ? OrderStatus.OnHold
        : tasks.Completed == tasks.Total ? OrderStatus.Completed
        : tasks.InProgress + tasks.Completed > 0 ? OrderStatus.Active
        : OrderStatus.Processing;
}
