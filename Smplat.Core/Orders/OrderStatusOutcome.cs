using Smplat.Core.Platform.Input;

namespace Smplat.Core.Orders;

/// <summary>What became of a request to change an order's status.</summary>
public abstract record OrderStatusOutcome
{
    private OrderStatusOutcome()
    {
    }

    public sealed record Changed(OrderStatusChange Change) : OrderStatusOutcome;

    /// <summary>The order is there already, or is held by another party, who will let it go on.</summary>
    public sealed record Unchanged(string Status) : OrderStatusOutcome;

    public sealed record Refused(Refusal Refusal) : OrderStatusOutcome;
}
