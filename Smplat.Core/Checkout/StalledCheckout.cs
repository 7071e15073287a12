namespace Smplat.Core.Checkout;

/// <summary>A claimed checkout with what the claim found out about its order and person, at the moment of claiming.</summary>
public sealed record StalledCheckout
{
    public required Guid Id { get; init; }

    public required Guid OrderId { get; init; }

    public Guid? UserId { get; init; }

    public required string OrderNumber { get; init; }

    public required string OrderStatus { get; init; }

    public required decimal Total { get; init; }

    public required string Currency { get; init; }

    public required string CurrentStage { get; init; }

    public required int Prompts { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? NextActionAt { get; init; }

    public required bool IsPaid { get; init; }

    public required bool HasPerson { get; init; }

    public required bool HasConsent { get; init; }

    public CheckoutState Standing => new(CurrentStage, CheckoutStatus.Waiting)
    {
        StartedAt = StartedAt,
        NextActionAt = NextActionAt,
    };
}
