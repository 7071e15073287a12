using Microsoft.Extensions.Logging;
using Npgsql;
using Smplat.Core.Platform.Outbox;

namespace Smplat.Core.Orders;

/// <summary>
/// The only way by which orders change their status: the step, its history row, the customer's message and what other
/// features must do about it commit together, in the caller's transaction.
/// </summary>
public sealed class OrderStatusMachine(
    OrderStatusStore store,
    OutboxWriter outbox,
    IEnumerable<IOrderStatusListener> listeners,
    TimeProvider clock,
    ILogger<OrderStatusMachine> logger)
{
    /// <summary>Moves an order to a status, or with <see cref="OrderStatus.OnHold"/> holds it for the step's party.</summary>
    public async Task<OrderStatusOutcome> MoveAsync(
        Guid orderId, string to, StatusStep step, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        (await MoveAllAsync([new(orderId, to, step)], transaction, cancellationToken))[0];

    /// <summary>Lets the order go on where it was held; an operator lifts every hold, others only their own.</summary>
    public async Task<OrderStatusOutcome> ReleaseAsync(
        Guid orderId, StatusStep step, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        (await StepAllAsync(
            [new(orderId, "released", step)],
            (standing, asked) => OrderStatusPolicy.Release(standing, asked.Step.Party),
            transaction,
            cancellationToken))[0];

    /// <summary>Many orders in a handful of statements; the outcomes are in the order of the steps.</summary>
    public Task<IReadOnlyList<OrderStatusOutcome>> MoveAllAsync(
        IReadOnlyList<OrderStep> steps, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        StepAllAsync(
            steps,
            (standing, asked) => asked.To == OrderStatus.OnHold
                ? OrderStatusPolicy.Hold(standing, asked.Step.Party)
                : OrderStatusPolicy.Move(standing, asked.To, asked.Step.Party),
            transaction,
            cancellationToken);

    private async Task<IReadOnlyList<OrderStatusOutcome>> StepAllAsync(
        IReadOnlyList<OrderStep> steps,
        Func<OrderStanding, OrderStep, OrderStanding?> decide,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var orders = (await store.LockAsync([.. steps.Select(step => step.OrderId)], transaction, cancellationToken))
            .ToDictionary(order => order.Id);
        var outcomes = new List<OrderStatusOutcome>(steps.Count);
        var writes = new List<(Guid OrderId, OrderStanding Standing, string? Notes)>();
        var changes = new List<(OrderStatusChange Change, OrderStatusRow Order, StatusStep Step)>();
        foreach (var asked in steps)
        {
            if (!orders.TryGetValue(asked.OrderId, out var order))
            {
                outcomes.Add(new OrderStatusOutcome.Refused(new OrderNotFound()));
                continue;
            }

            if (decide(order.Standing, asked) is not { } next)
            {
                outcomes.Add(new OrderStatusOutcome.Refused(new IllegalStatusChange(order.Status, asked.To)));
                continue;
            }

            if (next != order.Standing)
            {
                writes.Add((order.Id, next, Append(order.Notes, asked.Step.Note)));
            }

            if (next.Status == order.Status)
            {
                outcomes.Add(new OrderStatusOutcome.Unchanged(order.Status));
                continue;
            }

            var change = Change(order, next, asked.Step, now);
            changes.Add((change, order, asked.Step));
            outcomes.Add(new OrderStatusOutcome.Changed(change));
        }

        if (writes.Count > 0)
        {
            await store.SetAsync(writes, now, transaction, cancellationToken);
        }

        if (changes.Count > 0)
        {
            await AnnounceAsync(changes, transaction, cancellationToken);
        }

        return outcomes;
    }

    private async Task AnnounceAsync(
        List<(OrderStatusChange Change, OrderStatusRow Order, StatusStep Step)> changes,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken)
    {
        OrderStatusChange[] facts = [.. changes.Select(entry => entry.Change)];
        await store.RecordAsync(facts, transaction, cancellationToken);
        foreach (var (change, order, step) in changes.Where(entry => entry.Order.UserId is not null))
        {
            // An order of nobody we know has no one to write to.
            await outbox.EnqueueAsync(OrderNotices.StatusUpdate(change, order, step), transaction, cancellationToken);
        }

        foreach (var listener in listeners)
        {
            await listener.OnChangedAsync(facts, transaction, cancellationToken);
        }

        foreach (var change in facts)
        {
            OrdersLog.StatusChanged(logger, change.OrderId, change.From, change.To, change.Cause, change.Actor);
        }
    }

    private static OrderStatusChange Change(OrderStatusRow order, OrderStanding next, StatusStep step, DateTimeOffset now) => new(
        Guid.CreateVersion7(now),
        order.Id,
        order.OrderNumber,
        order.UserId,
        order.Status,
        next.Status,
        next.HoldReason,
        step.Cause,
        step.Reason,
        step.Actor,
        now);

    private static string? Append(string? notes, string? note) =>
        note is null ? notes
        : string.IsNullOrEmpty(notes) ? note
        : $"{notes}\n{note}";
}
