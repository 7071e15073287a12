using Npgsql;
using Smplat.Core.Orders;

namespace Smplat.Core.Fulfillment;

/// <summary>Tasks of an order on hold or cancelled wait, from the moment that the order's change commits.</summary>
public sealed class TaskHolds(ProgressStore progress, TimeProvider clock) : IOrderStatusListener
{
    public async Task OnChangedAsync(
        IReadOnlyList<OrderStatusChange> changes, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        (Guid OrderId, bool Held)[] turned =
            [.. changes.Where(change => IsHeld(change.From) != IsHeld(change.To)).Select(change => (change.OrderId, IsHeld(change.To)))];
        if (turned.Length > 0)
        {
            await progress.SetHeldAsync(turned, clock.GetUtcNow(), transaction, cancellationToken);
        }
    }

    internal static bool IsHeld(string orderStatus) => orderStatus is OrderStatus.OnHold or OrderStatus.Canceled;
}
