namespace Smplat.Core.Orders;

/// <summary>The part of an order that decides on its next step.</summary>
public sealed record OrderStatusRow
{
    public required Guid Id { get; init; }

    public required string OrderNumber { get; init; }

    public Guid? UserId { get; init; }

    public required string Status { get; init; }

    public string? HoldReason { get; init; }

    public string? HeldFrom { get; init; }

    public decimal Total { get; init; }

    public required string Currency { get; init; }

    public string? Notes { get; init; }

    public OrderStanding Standing => new(Status, HoldReason, HeldFrom);
}
