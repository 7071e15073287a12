namespace Smplat.Core.Commerce.Providers.MealMe;

/// <summary>
/// The aggregator's API in one of its two dialects. Reads and quotes are repeatable; placing is not. Failures are
/// <see cref="ProviderFailureException"/>s.
/// </summary>
public interface IAggregatorDialect
{
    /// <summary>Where an address is; null when the vendor does not know it.</summary>
    Task<GeoPoint?> LocateAsync(DeliveryAddress address, CallBudget budget, CancellationToken cancellationToken);

    Task<AggregatorOffer> SearchAsync(
        IReadOnlyList<RequestedItem> items, GeoPoint place, DeliveryAddress address, CallBudget budget, CancellationToken cancellationToken);

    /// <summary>Shops by name near a place, groceries or restaurants.</summary>
    Task<IReadOnlyList<AggregatorShop>> FindShopsAsync(
        string? query, GeoPoint place, string kind, CallBudget budget, CancellationToken cancellationToken);

    Task<AggregatorCart> CreateCartAsync(
        string shopId, IReadOnlyList<AggregatorLine> lines, string userId, GeoPoint place, CallBudget budget, CancellationToken cancellationToken);

    /// <summary>Null when the vendor knows no such cart.</summary>
    Task<AggregatorCart?> FindCartAsync(string cartId, CallBudget budget, CancellationToken cancellationToken);

    /// <summary>Makes an order that is not placed, for its final figures.</summary>
    /// <param name="reference">Our id of the order, where the dialect carries one.</param>
    Task<AggregatorQuote> QuoteAsync(
        string shopId,
        IReadOnlyList<AggregatorLine> lines,
        DeliveryAddress address,
        AggregatorCustomer customer,
        string? reference,
        CallBudget budget,
        CancellationToken cancellationToken);

    /// <summary>The point of no return.</summary>
    Task<AggregatorQuote> PlaceAsync(
        string orderId, string? paymentMethodId, CallBudget budget, CancellationToken cancellationToken);

    /// <summary>Null when the vendor knows no such order.</summary>
    Task<AggregatorQuote?> FindOrderAsync(string orderId, CallBudget budget, CancellationToken cancellationToken);
}
