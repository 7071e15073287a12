namespace Smplat.Core.Fulfillment;

/// <summary>The order that a task works for, as far as messages need it.</summary>
public sealed record TaskOrder
{
    public required Guid Id { get; init; }

    public required string OrderNumber { get; init; }

    public Guid? UserId { get; init; }
}
