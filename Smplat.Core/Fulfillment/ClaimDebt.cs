namespace Smplat.Core.Fulfillment;

/// <summary>A claim whose orders must still be rolled up.</summary>
public sealed record ClaimDebt
{
    public required Guid Id { get; init; }

    public required Guid[] OrderItemIds { get; init; }
}
