namespace Smplat.Core.Orders;

/// <summary>An order with its items.</summary>
public sealed record Order
{
    public required Guid Id { get; init; }

    public required string OrderNumber { get; init; }

    public Guid? UserId { get; init; }

    /// <summary>One of <see cref="OrderStatus"/>.</summary>
    public required string Status { get; init; }

    /// <summary>Why it is on hold; null otherwise.</summary>
    public string? HoldReason { get; init; }

    public required string Source { get; init; }

    public decimal Subtotal { get; init; }

    public decimal Tax { get; init; }

    public decimal Total { get; init; }

    public required string Currency { get; init; }

    public int? LoyaltyProjectionPoints { get; init; }

    public string? Notes { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    public IReadOnlyList<OrderItem> Items { get; init; } = [];
}
