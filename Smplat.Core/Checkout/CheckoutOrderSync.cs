using Microsoft.Extensions.Options;
using Npgsql;
using Smplat.Core.Orders;
using Smplat.Core.Payments;

namespace Smplat.Core.Checkout;

/// <summary>
/// Moves checkouts along with their orders, in the transaction that changes the order: the checkout of a paid order is past
/// payment. Also credits recovery with the orders that were paid after their resume link was followed.
/// </summary>
public sealed class CheckoutOrderSync(
    NpgsqlDataSource database,
    CheckoutStore store,
    RecoveredRevenueStore revenue,
    IOptionsMonitor<CheckoutRecoveryOptions> options,
    TimeProvider clock) : IOrderStatusListener
{
    public async Task OnChangedAsync(
        IReadOnlyList<OrderStatusChange> changes, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var recoverAt = now + TimeSpan.FromMinutes(options.CurrentValue.IdleMinutes);
        var latest = changes.GroupBy(change => change.OrderId).ToDictionary(group => group.Key, group => group.Last());
        Guid[] orderIds = [.. latest.Keys];
        await store.EnsureAsync(orderIds, now, transaction, cancellationToken);
        var rows = await store.LockAsync(orderIds, transaction, cancellationToken);
        CheckoutChange[] writes =
        [
            .. from row in rows
               let order = latest[row.OrderId]
               let steps = CheckoutSyncPolicy.Steps(
                   row.State, order.To, order.HoldReason, now, CheckoutSyncPolicy.IsToBePaid(order.Cause) ? recoverAt : null)
               where steps.Count > 0
               select new CheckoutChange(row.Id, steps[^1].State, "{}", [.. steps.Select(step => step.Step)]),
        ];
        if (writes.Length > 0)
        {
            await store.WriteAsync(writes, now, transaction, cancellationToken);
        }

        Guid[] paid = [.. latest.Values.Where(change => CheckoutSyncPolicy.IsPaid(change.To)).Select(change => change.OrderId)];
        if (paid.Length > 0)
        {
            await revenue.AttributeAsync(paid, now, options.CurrentValue.AttributionSince(now), transaction, cancellationToken);
        }
    }

    /// <summary>Brings a checkout that fell behind to the stage of its order.</summary>
    /// <param name="state">Stage, status and version of the checkout as they were read, as <c>payment/failed/3</c>.</param>
    /// <returns>False when the checkout has changed since.</returns>
    public async Task<bool> CatchUpAsync(Guid checkoutId, string state, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await store.LockAsReadAsync(checkoutId, state, transaction, cancellationToken) is not var (orderId, orderStatus)
            || await store.LockAsync([orderId], transaction, cancellationToken) is not [var row])
        {
            return false;
        }

        var steps = CheckoutSyncPolicy.Steps(row.State, orderStatus, null, now, now);
        if (steps.Count > 0)
        {
            var change = new CheckoutChange(row.Id, steps[^1].State, "{}", [.. steps.Select(step => step.Step)]);
            await store.WriteAsync([change], now, transaction, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return true;
    }
}

/// <summary>Marks a checkout as in progress when its payment page opens, so that nobody is reminded while they are paying.</summary>
internal sealed class CheckoutPaymentSync(CheckoutStore store, TimeProvider clock) : ICheckoutStartListener
{
    public async Task OnStartedAsync(Guid orderId, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await store.EnsureAsync([orderId], now, transaction, cancellationToken);
        if (await store.LockAsync([orderId], transaction, cancellationToken) is [var checkout]
            && CheckoutPolicy.Decide(checkout.State, CheckoutStage.Payment, CheckoutStatus.InProgress, null, now)
                is CheckoutVerdict.Moved moved)
        {
            var step = new CheckoutStep(CheckoutStage.Payment, CheckoutStatus.InProgress, "Payment page opened");
            await store.WriteAsync([new(checkout.Id, moved.Next, "{}", [step])], now, transaction, cancellationToken);
        }
    }
}

/// <summary>What an order's status means for its checkout. Orders are facts: they can also reopen a failed checkout.</summary>
internal static class CheckoutSyncPolicy
{
    private const string Cause = "Order status";

    public static bool IsPaid(string orderStatus) =>
        orderStatus is OrderStatus.Processing or OrderStatus.Active or OrderStatus.Completed;

    /// <summary>Money that went back, is disputed or is of another amount is not asked for again.</summary>
    public static bool IsToBePaid(string cause) =>
        cause is not (OrderPaymentState.Refund or OrderPaymentState.Dispute or OrderPaymentState.Mismatch);

    /// <summary>The steps that bring the checkout to the stage of its order, with the state after each; none when it is there.</summary>
    /// <param name="recoverAt">When to remind a customer whose payment failed; null when the order is not to be paid.</param>
    public static IReadOnlyList<(CheckoutState State, CheckoutStep Step)> Steps(
        CheckoutState now, string orderStatus, string? holdReason, DateTimeOffset at, DateTimeOffset? recoverAt) => orderStatus switch
        {
            OrderStatus.Processing or OrderStatus.Active => Reach(now, CheckoutStage.Fulfillment, at),
            OrderStatus.Completed => Reach(now, CheckoutStage.Completed, at),
            OrderStatus.Canceled => now.IsOver ? [] : [Fail(now, at)],
            OrderStatus.OnHold => now.IsOver ? [] : Hold(now, holdReason, at, recoverAt),
            _ => [],
        };

    private static List<(CheckoutState State, CheckoutStep Step)> Reach(CheckoutState now, string stage, DateTimeOffset at)
    {
        var steps = new List<(CheckoutState, CheckoutStep)>();
        var state = now;
        if (now.Status == CheckoutStatus.Failed
            || CheckoutStage.Position(now.Stage) > CheckoutStage.Position(stage))
        {
            // The order was paid after all, or work on it was resumed.
            var from = CheckoutStage.Position(now.Stage) > CheckoutStage.Position(stage) ? stage : now.Stage;
            state = now with { Stage = from, Status = CheckoutStatus.InProgress, FailedAt = null, CompletedAt = null };
            steps.Add((state, new(from, CheckoutStatus.InProgress, $"{Cause}: reopened")));
        }

        while (CheckoutStage.Position(state.Stage) < CheckoutStage.Position(stage))
        {
            var left = state.Stage;
            var moved = (CheckoutVerdict.Moved)CheckoutPolicy.Decide(state, left, CheckoutStatus.Completed, null, at);
            state = moved.Next;
            steps.Add((state, new(left, CheckoutStatus.Completed, $"{Cause}: {left} completed")));
        }

        if (state is { Stage: CheckoutStage.Fulfillment } and not { Status: CheckoutStatus.InProgress })
        {
            state = state with { Status = CheckoutStatus.InProgress, StartedAt = state.StartedAt ?? at, NextActionAt = null };
            steps.Add((state, new(CheckoutStage.Fulfillment, CheckoutStatus.InProgress, $"{Cause}: work in progress")));
        }

        return steps;
    }

    private static (CheckoutState State, CheckoutStep Step) Fail(CheckoutState now, DateTimeOffset at) => (
        now with { Status = CheckoutStatus.Failed, FailedAt = at, NextActionAt = null },
        new(now.Stage, CheckoutStatus.Failed, $"{Cause}: canceled"));

    /// <summary>The customer can fix a failed payment. Every other hold has to be lifted by us, so nobody is reminded.</summary>
    private static List<(CheckoutState State, CheckoutStep Step)> Hold(
        CheckoutState now, string? holdReason, DateTimeOffset at, DateTimeOffset? recoverAt)
    {
        DateTimeOffset? next = holdReason == HoldReason.Payment && now.Stage == CheckoutStage.Payment ? recoverAt : null;
        var verdict = CheckoutPolicy.Decide(now, now.Stage, CheckoutStatus.Waiting, next, at);
        return verdict is CheckoutVerdict.Moved moved
            ? [(moved.Next, new(now.Stage, CheckoutStatus.Waiting, $"{Cause}: on hold ({holdReason ?? "unknown"})"))]
            : [];
    }
}
