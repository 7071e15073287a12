namespace Smplat.Core.Checkout;

/// <summary>Where a checkout stands: what transitions are decided on.</summary>
public sealed record CheckoutState(string Stage, string Status)
{
    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? CompletedAt { get; init; }

    public DateTimeOffset? FailedAt { get; init; }

    public DateTimeOffset? NextActionAt { get; init; }

    /// <summary>No transition leads on from here by itself.</summary>
    public bool IsOver => Status == CheckoutStatus.Failed || Stage == CheckoutStage.Completed;
}
