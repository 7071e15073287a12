namespace Smplat.Core.Orders;

/// <summary>Where an order stands.</summary>
/// <param name="HoldReason">Set exactly while it is on hold; null on hold counts as <see cref="Smplat.Core.Orders.HoldReason.Fulfillment"/>.</param>
/// <param name="HeldFrom">The status that a release gives back.</param>
public sealed record OrderStanding(string Status, string? HoldReason, string? HeldFrom)
{
    public bool IsHeldBy(string reason) =>
        Status == OrderStatus.OnHold && (HoldReason ?? Smplat.Core.Orders.HoldReason.Fulfillment) == reason;
}
