namespace Smplat.Core.Orders;

/// <summary>Which steps an order may take. Every method gives the standing after the step; the same standing means no step.</summary>
public static class OrderStatusPolicy
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        [OrderStatus.Pending] = [OrderStatus.Processing, OrderStatus.Active, OrderStatus.Completed, OrderStatus.Canceled],
        [OrderStatus.Processing] = [OrderStatus.Active, OrderStatus.Completed, OrderStatus.Canceled],
        [OrderStatus.Active] = [OrderStatus.Processing, OrderStatus.Completed, OrderStatus.Canceled],
        [OrderStatus.Completed] = [OrderStatus.Processing, OrderStatus.Active],
        [OrderStatus.OnHold] =
            [OrderStatus.Pending, OrderStatus.Processing, OrderStatus.Active, OrderStatus.Completed, OrderStatus.Canceled],
        [OrderStatus.Canceled] = [],
    };

    /// <summary>
    /// A step to a status other than on_hold. While another party holds the order, the step is only remembered: it is
    /// where the order goes on from when it is released.
    /// </summary>
    /// <param name="party">Who asks, one of <see cref="HoldReason"/>.</param>
    /// <returns>Null when the step is not allowed.</returns>
    public static OrderStanding? Move(OrderStanding now, string to, string party)
    {
        if (now.Status == to)
        {
            return now;
        }

        if (!Allowed[now.Status].Contains(to))
        {
            return null;
        }

        var mayRelease = party == HoldReason.Operator || now.IsHeldBy(party);
        if (now.Status == OrderStatus.OnHold && to != OrderStatus.Canceled && !mayRelease)
        {
            return now with { HeldFrom = to };
        }

        return new(to, null, null);
    }

    /// <summary>Puts an order on hold. An operator's hold stands above a payment's, and that above fulfillment's.</summary>
    /// <returns>Null when the order is over, so that there is nothing to hold.</returns>
    public static OrderStanding? Hold(OrderStanding now, string reason) => now.Status switch
    {
        OrderStatus.Canceled => null,
        OrderStatus.OnHold => Strength(reason) > Strength(now.HoldReason) ? now with { HoldReason = reason } : now,
        _ => new(OrderStatus.OnHold, reason, now.Status),
    };

    /// <summary>Lets an order go on where it was held; an order that another party holds stays as it is.</summary>
    public static OrderStanding Release(OrderStanding now, string party) =>
        now.IsHeldBy(party) || (party == HoldReason.Operator && now.Status == OrderStatus.OnHold) ? new(now.HeldFrom ?? OrderStatus.Pending, null, null) : now;

    private static int Strength(string? reason) => reason switch
    {
        HoldReason.Operator => 3,
        HoldReason.Payment => 2,
        _ => 1,
    };
}
