using Microsoft.Extensions.Options;
using Npgsql;
using Smplat.Core.Orders;

namespace Smplat.Core.Checkout;

/// <summary>Moves checkouts along with their orders, in the same transaction: a paid order's checkout is past payment.</summary>
public sealed class CheckoutOrderSync(
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
               let steps = CheckoutSyncPolicy.Steps(row.Standing, order.To, order.HoldReason, now, recoverAt)
               where steps.Count > 0
               select new CheckoutChange(row.Id, steps[^1].Standing, "{}", [.. steps.Select(step => step.Step)]),
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
}
