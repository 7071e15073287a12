namespace Smplat.Core.Payments;

/// <summary>Money asked for an order.</summary>
public sealed record Payment
{
    public required Guid Id { get; init; }

    public required Guid OrderId { get; init; }

    public required string Provider { get; init; }

    /// <summary>The payment intent, or the checkout session while the intent is not known.</summary>
    public string? ProviderReference { get; init; }

    public string? ProviderSessionId { get; init; }

    public required string Status { get; init; }

    public decimal Amount { get; init; }

    public required string Currency { get; init; }

    public decimal RefundedAmount { get; init; }

    public string? FailureReason { get; init; }

    public DateTimeOffset? FailedAt { get; init; }

    public DateTimeOffset? CapturedAt { get; init; }

    public string? CheckoutUrl { get; init; }

    /// <summary>When the page was known to take no money any more; null while it may.</summary>
    public DateTimeOffset? PageClosedAt { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }
}
