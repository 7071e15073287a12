namespace Smplat.Core.Commerce.Providers;

/// <summary>What a provider publishes about delivery without quoting it: fee, threshold for free delivery, usual time.</summary>
internal sealed record DeliveryEstimate(long FeeCents, long? FreeFromCents, int Minutes, DeliveryRange Range)
{
    public const string Warning = "Delivery fee, tax and delivery time are estimates; the provider quotes item prices only";

    public static DeliveryEstimate Kroger { get; } = new(995, 3500, 150, new(120, 240));

    public static DeliveryEstimate Walmart { get; } = new(795, null, 90, new(60, 120));

    public static DeliveryEstimate Instacart { get; } = new(599, null, 52, new(45, 60));

    public long FeeFor(long subtotalCents) => subtotalCents >= FreeFromCents ? 0 : FeeCents;

    public QuoteTotals Total(long subtotalCents, DeliveryAddress address) => new(
        subtotalCents, FeeFor(subtotalCents), FoodTax.Estimate(subtotalCents, address), "USD", Minutes, Range);

    public IReadOnlyList<QuoteFee> Fees(long subtotalCents) =>
        FeeFor(subtotalCents) is var fee and > 0 ? [new QuoteFee("delivery_estimate", fee)] : [];
}
