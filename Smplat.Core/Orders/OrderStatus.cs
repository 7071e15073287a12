namespace Smplat.Core.Orders;

/// <summary>Labels of <c>orders.status</c>. Mind the spelling: orders are <c>canceled</c>, tasks <c>cancelled</c>.</summary>
public static class OrderStatus
{
    public const string Pending = "pending";

    public const string Processing = "processing";

    public const string Active = "active";

    public const string Completed = "completed";

    public const string OnHold = "on_hold";

    public const string Canceled = "canceled";

    public static IReadOnlyList<string> All { get; } = [Pending, Processing, Active, Completed, OnHold, Canceled];
}
