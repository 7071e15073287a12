namespace Smplat.Core.Commerce.Providers.MealMe;

/// <summary>How far a delivery order came.</summary>
public abstract record DeliveryFlowOutcome
{
    private DeliveryFlowOutcome()
    {
    }

    public sealed record Ready(DeliveryOutcome.CartCreated Cart, IReadOnlyList<DeliveryQuote> Quotes, string CheckoutUrl)
        : DeliveryFlowOutcome;

    public sealed record Stopped(string Step, ProviderFailure Failure) : DeliveryFlowOutcome;
}
