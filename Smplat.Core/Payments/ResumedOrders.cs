using Npgsql;
using Smplat.Core.Orders;
using Smplat.Core.Platform.Outbox;

namespace Smplat.Core.Payments;

/// <summary>
/// A paid order that was held before work on it began: its kick-off found it on hold and went away, so it is asked for again
/// when the order is let go, by whomever.
/// </summary>
public sealed class ResumedOrders(PaymentStore payments, OutboxWriter outbox, TimeProvider clock) : IOrderStatusListener
{
    public async Task OnChangedAsync(
        IReadOnlyList<OrderStatusChange> changes, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        foreach (var change in changes.Where(change => change is { From: OrderStatus.OnHold, To: OrderStatus.Pending }))
        {
            if (OrderVerdict.Of(await payments.AddUpAsync(change.OrderId, transaction, cancellationToken)).IsPaid)
            {
                await outbox.EnqueueAsync(
                    OrderPaid.Message(change.OrderId, $"{change.Id}", clock.GetUtcNow()), transaction, cancellationToken);
            }
        }
    }
}
