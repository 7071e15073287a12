using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Smplat.Core.Orders;
using Smplat.Core.Platform.Outbox;

namespace Smplat.Core.Fulfillment;

/// <summary>The outcome of a request to start work on an order.</summary>
public abstract record KickoffOutcome
{
    private KickoffOutcome()
    {
    }

    public sealed record KickedOff(int Tasks, int ProviderOrders) : KickoffOutcome;

    /// <summary>Only pending orders are kicked off; this one is not pending, or no longer.</summary>
    public sealed record NotPending(string Status) : KickoffOutcome;

    public sealed record NoSuchOrder : KickoffOutcome;
}

/// <summary>
/// Turns a paid order into tasks and provider orders, exactly once, in the same commit that moves the order to processing.
/// </summary>
public sealed class FulfillmentKickoff(
    NpgsqlDataSource database,
    OrderQueries orders,
    OrderStatusMachine machine,
    TaskCreation tasks,
    ProviderOrdering providers,
    ILogger<FulfillmentKickoff> logger)
{
    private const string Cause = "fulfillment_kickoff";

    public async Task<KickoffOutcome> RunAsync(Guid orderId, CancellationToken cancellationToken)
    {
        if (await orders.FindAsync(orderId, cancellationToken) is not { } seen)
        {
            FulfillmentLog.KickoffSkipped(logger, orderId, "there is no such order");
            return new KickoffOutcome.NoSuchOrder();
        }

        // Items never change, so their data is read before the order's row is locked.
        var items = await orders.FindItemsAsync([.. seen.Items.Select(item => item.Id)], cancellationToken);
        var wanted = await providers.PlanAsync([.. items.Values], cancellationToken);

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var order = await orders.LockAsync(orderId, transaction, cancellationToken);
        if (order is null || order.Status != OrderStatus.Pending)
        {
            FulfillmentLog.KickoffSkipped(logger, orderId, $"it is {order?.Status}");
            return order is null ? new KickoffOutcome.NoSuchOrder() : new KickoffOutcome.NotPending(order.Status);
        }

        await machine.MoveAsync(
            orderId, OrderStatus.Processing, new(HoldReason.Fulfillment, Cause, "payments"), transaction, cancellationToken);
        var placed = await providers.RecordAsync(wanted, transaction, cancellationToken);
        var created = await tasks.CreateAsync(
            order with { Status = OrderStatus.Processing }, items, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        FulfillmentLog.KickedOff(logger, orderId, created, placed);
        return new KickoffOutcome.KickedOff(created, placed);
    }
}

/// <summary>Creates the tasks of an order's items.</summary>
public sealed class TaskCreation(
    TaskQueueStore store, IOptionsMonitor<FulfillmentOptions> options, TimeProvider clock, ILogger<TaskCreation> logger)
{
    /// <returns>The number of new tasks.</returns>
    public Task<int> CreateAsync(
        Order order,
        IReadOnlyDictionary<Guid, OrderedItem> items,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken) =>
        store.InsertAsync(Plan(order, items), transaction, cancellationToken);

    private List<PlannedTask> Plan(Order order, IReadOnlyDictionary<Guid, OrderedItem> items)
    {
        var now = clock.GetUtcNow();
        var due = TimeSpan.FromMinutes(options.CurrentValue.DueMinutes);
        var all = new List<PlannedTask>();
        foreach (var item in order.Items)
        {
            var ordered = items[item.Id] with { Order = order };
            var plan = TaskPlan.From(ordered, now, due);
            foreach (var entry in plan.Skipped)
            {
                FulfillmentLog.PlanEntrySkipped(logger, entry.Index, ordered.Product?.Slug ?? "", entry.Why);
            }

            all.AddRange(plan.Tasks.Select(task => task with { Traceparent = Activity.Current?.Id }));
        }

        return all;
    }
}

/// <summary>Kicks an order off when it was paid. Safe to repeat: an order that is no longer pending is skipped.</summary>
internal sealed class KickoffHandler(FulfillmentKickoff kickoff) : IOutboxHandler
{
    public string Kind => OrderPaid.Kind;

    public Task HandleAsync(OutboxDelivery delivery, CancellationToken cancellationToken) =>
        kickoff.RunAsync(OrderPaid.OrderIdOf(delivery.Payload), cancellationToken);
}
