using Smplat.Core.Platform.Input;

namespace Smplat.Core.Orders;

/// <summary>What became of a request for an order.</summary>
public abstract record PlaceOrderOutcome
{
    private PlaceOrderOutcome()
    {
    }

    public sealed record Placed(Order Order) : PlaceOrderOutcome;

    /// <summary>The caller's key has made this order before.</summary>
    public sealed record PlacedBefore(Order Order) : PlaceOrderOutcome;

    public sealed record Refused(Refusal Refusal) : PlaceOrderOutcome;
}
