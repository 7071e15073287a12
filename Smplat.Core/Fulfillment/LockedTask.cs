namespace Smplat.Core.Fulfillment;

/// <summary>A task and its order, both locked.</summary>
public sealed record LockedTask
{
    public required Guid TaskId { get; init; }

    public required string Status { get; init; }

    public required Guid OrderId { get; init; }

    public required string OrderStatus { get; init; }
}
