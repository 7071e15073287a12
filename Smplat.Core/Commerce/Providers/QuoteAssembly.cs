namespace Smplat.Core.Commerce.Providers;

/// <summary>Makes quotes out of matched baskets.</summary>
internal static class QuoteAssembly
{
    /// <summary>How long a quote is shown as good. Confirmation asks again when it is older than the quote cache allows.</summary>
    public static readonly TimeSpan Validity = TimeSpan.FromMinutes(15);

    private static readonly string[] AllButItems = ["fees", "tax", "eta"];

    /// <summary>Real item prices; fee, tax and time estimated.</summary>
    public static ProviderQuote WithEstimatedDelivery(
        ProviderConfig config,
        QuotedStore? store,
        MatchedBasket basket,
        DeliveryEstimate delivery,
        DeliveryAddress address,
        string? link,
        string source,
        DateTimeOffset now) => new(
            QuotedProvider.From(config),
            store,
            basket.Cart,
            delivery.Total(basket.SubtotalCents, address),
            basket.Availability,
            link,
            PricingMode.Live,
            delivery.Fees(basket.SubtotalCents),
            now,
            now + Validity,
            new QuoteSource(source, "real", now, store?.Id))
        {
            Estimates = AllButItems,
            Tariff = new DeliveryTariff(delivery.FeeCents, delivery.FreeFromCents),
            Warnings = [DeliveryEstimate.Warning, .. basket.Warnings],
        };
}
