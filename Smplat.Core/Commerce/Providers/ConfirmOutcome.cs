namespace Smplat.Core.Commerce.Providers;

/// <summary>What a confirmation led to.</summary>
public abstract record ConfirmOutcome
{
    private ConfirmOutcome()
    {
    }

    /// <summary>The provider has the order.</summary>
    public sealed record Placed(string ProviderOrderId, string? TrackingUrl, DateTimeOffset? EstimatedDelivery) : ConfirmOutcome;

    /// <summary>The shopper continues at this address; nothing is ordered yet.</summary>
    public sealed record HandedOff(string CheckoutUrl, string? ProviderOrderId = null) : ConfirmOutcome;

    /// <param name="ProvablyNothingPlaced">
    /// True only when the provider cannot have taken the order: no connection, 503 before a body, an explicit refusal.
    /// A lost answer is false; such an order is looked up and never tried elsewhere blindly.
    /// </param>
    public sealed record Failed(ProviderFailure Failure, bool ProvablyNothingPlaced) : ConfirmOutcome;
}

/// <summary>What is known of an order whose confirmation was not answered.</summary>
public abstract record LookupOutcome
{
    private LookupOutcome()
    {
    }

    public sealed record Found(string ProviderOrderId, string? TrackingUrl) : LookupOutcome;

    /// <summary>The provider knows no such order, so nothing was placed.</summary>
    public sealed record NotFound : LookupOutcome;

    /// <summary>The provider cannot be asked, or did not answer.</summary>
    public sealed record Unknown(string Reason) : LookupOutcome;
}

public abstract record CancelOutcome
{
    private CancelOutcome()
    {
    }

    /// <param name="RefundCents">What the provider says it pays back; null when it says nothing.</param>
    public sealed record Cancelled(long? RefundCents) : CancelOutcome;

    public sealed record NotSupported : CancelOutcome;

    public sealed record Failed(ProviderFailure Failure) : CancelOutcome;
}
