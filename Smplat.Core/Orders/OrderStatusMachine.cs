using System.Text.Json;
using Microsoft.Extensions.Logging;
using Npgsql;
using Smplat.Core.Platform.Input;
using Smplat.Core.Platform.Outbox;

namespace Smplat.Core.Orders;

/// <summary>Who changes an order's status and why; it goes into the history and into the customer's message.</summary>
/// <param name="Party">One of <see cref="HoldReason"/>: whose hold the step may release.</param>
/// <param name="Cause">What triggered it, such as <c>fulfillment_kickoff</c>.</param>
/// <param name="Note">Appended to the order's notes.</param>
public sealed record StatusStep(string Party, string Cause, string Actor, string? Reason = null, string? Note = null);

/// <summary>One order's step in a set of steps that are made together.</summary>
public sealed record OrderStep(Guid OrderId, string To, StatusStep Step);

/// <summary>A status change that an order made.</summary>
public sealed record OrderStatusChange
{
    public required Guid Id { get; init; }

    public required Guid OrderId { get; init; }

    public required string OrderNumber { get; init; }

    public Guid? UserId { get; init; }

    public required string From { get; init; }

    public required string To { get; init; }

    /// <summary>Why it is on hold now; null unless <see cref="To"/> is on_hold.</summary>
    public string? HoldReason { get; init; }

    /// <summary>What triggered it, such as <c>fulfillment_kickoff</c> or <c>payment_failure</c>.</summary>
    public required string Cause { get; init; }

    public string? Reason { get; init; }

    public required string Actor { get; init; }

    public DateTimeOffset ChangedAt { get; init; }
}

/// <summary>The outcome of a request to change an order's status.</summary>
public abstract record OrderStatusOutcome
{
    private OrderStatusOutcome()
    {
    }

    public sealed record Changed(OrderStatusChange Change) : OrderStatusOutcome;

    /// <summary>The order has that status already, or another party holds it and must release it first.</summary>
    public sealed record Unchanged(string Status) : OrderStatusOutcome;

    public sealed record Refused(Refusal Refusal) : OrderStatusOutcome;
}

internal sealed record IllegalStatusChange(string From, string To)
    : Conflict("orders.illegal_status_change", $"An order that is {From} cannot become {To}.");

/// <summary>A feature that must act in the same transaction that changes the status of orders.</summary>
public interface IOrderStatusListener
{
    /// <summary>Database work only, and few statements for all changes together: the transaction holds locks on the orders.</summary>
    Task OnChangedAsync(
        IReadOnlyList<OrderStatusChange> changes, NpgsqlTransaction transaction, CancellationToken cancellationToken);
}

/// <summary>
/// The only way to change the status of an order. The new status, its history row, the customer's message and what other
/// features do in response commit together, in the caller's transaction.
/// </summary>
public sealed class OrderStatusMachine(
    OrderStore store,
    OutboxWriter outbox,
    IEnumerable<IOrderStatusListener> listeners,
    TimeProvider clock,
    ILogger<OrderStatusMachine> logger)
{
    /// <summary>Moves an order to a status. With <see cref="OrderStatus.OnHold"/> it puts the order on hold for the step's party.</summary>
    public async Task<OrderStatusOutcome> MoveAsync(
        Guid orderId, string to, StatusStep step, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        (await MoveAllAsync([new(orderId, to, step)], transaction, cancellationToken))[0];

    /// <summary>Returns the order to the status it was held from. An operator may release any hold, others only their own.</summary>
    public async Task<OrderStatusOutcome> ReleaseAsync(
        Guid orderId, StatusStep step, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        (await StepAllAsync(
            [new(orderId, "released", step)],
            (state, asked) => OrderStatusPolicy.Release(state, asked.Step.Party),
            transaction,
            cancellationToken))[0];

    /// <summary>Moves many orders in a few statements; the outcomes are in the order of the steps.</summary>
    public Task<IReadOnlyList<OrderStatusOutcome>> MoveAllAsync(
        IReadOnlyList<OrderStep> steps, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        StepAllAsync(
            steps,
            (state, asked) => asked.To == OrderStatus.OnHold
                ? OrderStatusPolicy.Hold(state, asked.Step.Party)
                : OrderStatusPolicy.Move(state, asked.To, asked.Step.Party),
            transaction,
            cancellationToken);

    private async Task<IReadOnlyList<OrderStatusOutcome>> StepAllAsync(
        IReadOnlyList<OrderStep> steps,
        Func<OrderState, OrderStep, OrderState?> decide,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var orders = (await store.LockForStatusAsync([.. steps.Select(step => step.OrderId)], transaction, cancellationToken))
            .ToDictionary(order => order.Id);
        var outcomes = new List<OrderStatusOutcome>(steps.Count);
        var writes = new List<(Guid OrderId, OrderState State, string? Notes)>();
        var changes = new List<(OrderStatusChange Change, OrderStatusRow Order, StatusStep Step)>();
        foreach (var asked in steps)
        {
            if (!orders.TryGetValue(asked.OrderId, out var order))
            {
                outcomes.Add(new OrderStatusOutcome.Refused(new OrderNotFound()));
                continue;
            }

            if (decide(order.State, asked) is not { } next)
            {
                outcomes.Add(new OrderStatusOutcome.Refused(new IllegalStatusChange(order.Status, asked.To)));
                continue;
            }

            if (next != order.State)
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
            await store.SetStatesAsync(writes, now, transaction, cancellationToken);
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
        await store.RecordChangesAsync(facts, transaction, cancellationToken);
        foreach (var (change, order, step) in changes.Where(entry => entry.Order.UserId is not null))
        {
            // A guest order has no recipient.
            await outbox.EnqueueAsync(StatusUpdate(change, order, step), transaction, cancellationToken);
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

    private static OutboxMessage StatusUpdate(OrderStatusChange change, OrderStatusRow order, StatusStep step) => new(
        "order_status_update",
        OutboxChannel.Email,
        null,
        order.UserId,
        $"order_status_update:{change.Id}",
        JsonSerializer.Serialize(new
        {
            order_id = order.Id,
            order_number = order.OrderNumber,
            previous_status = change.From,
            current_status = change.To,
            trigger = change.Cause,
            total = order.Total,
            currency = order.Currency,
            notes = step.Note,
        }),
        change.ChangedAt);

    private static OrderStatusChange Change(OrderStatusRow order, OrderState next, StatusStep step, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        OrderId = order.Id,
        OrderNumber = order.OrderNumber,
        UserId = order.UserId,
        From = order.Status,
        To = next.Status,
        HoldReason = next.HoldReason,
        Cause = step.Cause,
        Reason = step.Reason,
        Actor = step.Actor,
        ChangedAt = now,
    };

    private static string? Append(string? notes, string? note) =>
        note is null ? notes
        : string.IsNullOrEmpty(notes) ? note
        : $"{notes}\n{note}";
}

/// <summary>The part of an order that decides which status changes it may make.</summary>
public sealed record OrderStatusRow
{
    public required Guid Id { get; init; }

    public required string OrderNumber { get; init; }

    public Guid? UserId { get; init; }

    public required string Status { get; init; }

    public string? HoldReason { get; init; }

    public string? HeldFrom { get; init; }

    public decimal Total { get; init; }

    public required string Currency { get; init; }

    public string? Notes { get; init; }

    public OrderState State => new(Status, HoldReason, HeldFrom);
}
