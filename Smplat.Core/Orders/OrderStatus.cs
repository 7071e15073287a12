namespace Smplat.Core.Orders;

/// <summary>Labels of <c>orders.status</c>. Note the spelling: orders are <c>canceled</c>, tasks <c>cancelled</c>.</summary>
internal static class OrderStatus
{
    public const string Pending = "pending";

    public const string Processing = "processing";

    public const string Active = "active";

    public const string Completed = "completed";

    public const string OnHold = "on_hold";

    public const string Canceled = "canceled";

    public static IReadOnlyList<string> All { get; } = [Pending, Processing, Active, Completed, OnHold, Canceled];
}

/// <summary>Who put an order on hold; only the same party, or an operator, may release it.</summary>
internal static class HoldReason
{
    public const string Payment = "payment";

    public const string Fulfillment = "fulfillment";

    public const string Operator = "operator";
}

/// <summary>The status of an order, and what is known about its hold.</summary>
/// <param name="HoldReason">
/// Set only while the order is on hold; null on hold counts as <see cref="Smplat.Core.Orders.HoldReason.Fulfillment"/>.
/// </param>
/// <param name="HeldFrom">The status that the order returns to when it is released.</param>
public sealed record OrderState(string Status, string? HoldReason, string? HeldFrom)
{
    public bool IsHeldBy(string reason) =>
        Status == OrderStatus.OnHold && (HoldReason ?? Smplat.Core.Orders.HoldReason.Fulfillment) == reason;
}

/// <summary>
/// Which status changes an order may make. Every method returns the state after the change; the same state means that
/// nothing changes.
/// </summary>
internal static class OrderStatusPolicy
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
    /// A change to a status other than on_hold. While another party holds the order, only the target is recorded: the
    /// order goes there when it is released.
    /// </summary>
    /// <param name="party">Who asks, one of <see cref="HoldReason"/>.</param>
    /// <returns>Null when the change is not allowed.</returns>
    public static OrderState? Move(OrderState now, string to, string party)
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

    /// <summary>Puts an order on hold. An operator's hold outranks a payment's, which outranks fulfillment's.</summary>
    /// <returns>Null when the order is canceled, so that there is nothing to hold.</returns>
    public static OrderState? Hold(OrderState now, string reason) => now.Status switch
    {
        OrderStatus.Canceled => null,
        OrderStatus.OnHold => Rank(reason) > Rank(now.HoldReason) ? now with { HoldReason = reason } : now,
        _ => new(OrderStatus.OnHold, reason, now.Status),
    };

    /// <summary>Returns the order to the status it was held from; an order that another party holds stays as it is.</summary>
    public static OrderState Release(OrderState now, string party) =>
        now.IsHeldBy(party) || (party == HoldReason.Operator && now.Status == OrderStatus.OnHold)
            ? new(now.HeldFrom ?? OrderStatus.Pending, null, null)
            : now;

    private static int Rank(string? reason) => reason switch
    {
        HoldReason.Operator => 3,
        HoldReason.Payment => 2,
        _ => 1,
    };
}
