namespace Smplat.Core.Commerce.Providers.MealMe;

/// <summary>What the aggregator answered to one step of a delivery order.</summary>
public abstract record DeliveryOutcome
{
    private DeliveryOutcome()
    {
    }

    /// <param name="OrderId">Our id of the order.</param>
    public sealed record CartCreated(AggregatorCart Cart, AggregatorShop Shop, Guid OrderId, IReadOnlyList<string> Missing) : DeliveryOutcome;

    public sealed record Quoted(IReadOnlyList<DeliveryQuote> Quotes) : DeliveryOutcome;

    public sealed record ShopsFound(IReadOnlyList<AggregatorShop> Shops) : DeliveryOutcome;

    /// <summary>The vendor knows no such cart, or we know no such order.</summary>
    public sealed record NotFound(string What) : DeliveryOutcome;

    public sealed record Failed(ProviderFailure Failure) : DeliveryOutcome;
}
