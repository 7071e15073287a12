namespace Smplat.Core.Orders;

/// <summary>A step that an order took.</summary>
/// <param name="HoldReason">Why it is on hold now; null unless <paramref name="To"/> is on_hold.</param>
/// <param name="Cause">What brought it about, such as <c>fulfillment_kickoff</c> or <c>payment_failure</c>.</param>
public sealed record OrderStatusChange(
    Guid Id,
    Guid OrderId,
    string OrderNumber,
    Guid? UserId,
    string From,
    string To,
    string? HoldReason,
    string Cause,
    string? Reason,
    string Actor,
    DateTimeOffset ChangedAt);
