namespace Smplat.Core.Commerce.Providers.MealMe;

/// <summary>An order at the vendor with its final figures; nothing is ordered until it is placed. Amounts are cents.</summary>
/// <param name="UnitCents">Price by product id, where the vendor repeats it.</param>
/// <param name="Minutes">Expected delivery; null when the vendor tells none.</param>
public sealed record AggregatorQuote(
    string OrderId,
    string Status,
    long SubtotalCents,
    long TaxCents,
    IReadOnlyList<QuoteFee> Fees,
    DeliveryRange? Minutes,
    IReadOnlyDictionary<string, long> UnitCents,
    string? TrackingUrl,
    bool IsPlaced)
{
    public long FeesCents => Fees.Sum(fee => fee.Cents);

    public long TotalCents => SubtotalCents + TaxCents + FeesCents;
}
