namespace Smplat.Core.Orders.Status;

/// <summary>Where an order stands.</summary>
/// <param name="HoldReason">Set exactly while it is on hold; null on hold counts as <see cref="Status.HoldReason.Fulfillment"/>.</param>
/// <param name="HeldFrom">The status that a release gives back.</param>
public sealed record OrderStanding(string Status, string? HoldReason, string? HeldFrom)
{
    public bool IsHeldBy(string reason) =>
        Status == OrderStatus.OnHold && (HoldReason ?? Orders.Status.HoldReason.Fulfillment) == reason;
}
