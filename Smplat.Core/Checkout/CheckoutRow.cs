namespace Smplat.Core.Checkout;

/// <summary>A row of <c>checkout_orchestrations</c>.</summary>
public sealed record CheckoutRow
{
    public required Guid Id { get; init; }

    public required Guid OrderId { get; init; }

    public Guid? UserId { get; init; }

    public required string CurrentStage { get; init; }

    public required string StageStatus { get; init; }

    public required string Metadata { get; init; }

    public required int Version { get; init; }

    public required int Prompts { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? CompletedAt { get; init; }

    public DateTimeOffset? FailedAt { get; init; }

    public DateTimeOffset? NextActionAt { get; init; }

    public CheckoutState Standing => new(CurrentStage, StageStatus)
    {
        StartedAt = StartedAt,
        CompletedAt = CompletedAt,
        FailedAt = FailedAt,
        NextActionAt = NextActionAt,
    };
}
