namespace Smplat.Core.Commerce.Providers.MealMe;

/// <summary>A cart at the vendor, of one shop. Amounts are cents.</summary>
public sealed record AggregatorCart(
    string CartId, string ShopId, long SubtotalCents, IReadOnlyList<AggregatorLine> Lines, IReadOnlyList<AggregatorDelivery> Deliveries);

/// <summary>One way to have a cart delivered.</summary>
public sealed record AggregatorDelivery(string Provider, int? EtaMinutes, long FeeCents);
