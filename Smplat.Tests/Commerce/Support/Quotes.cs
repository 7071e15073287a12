using Smplat.Core.Commerce.Providers;

namespace Smplat.Tests.Commerce.Support;

/// <summary>Quotes as a live vendor would make them.</summary>
public static class Quotes
{
    /// <param name="missing">Ids of items that the vendor does not have.</param>
    public static ProviderQuote For(
        ProviderConfig config,
        QuoteRequest request,
        long unitCents = 1000,
        long feeCents = 0,
        int? etaMinutes = 60,
        params string[] missing)
    {
        var found = request.Items.Where(item => !missing.Contains(item.Id)).ToArray();
        var cart = found.Select(item => new CartLine
        {
            ClientItemId = item.Id,
            ProviderSku = $"sku-{item.Id}",
            Name = item.Name,
            Quantity = item.Quantity,
            Unit = item.Unit,
            PriceCents = unitCents,
            LineCents = Cents.Line(unitCents, item.Quantity),
        }).ToArray();
        var now = TimeProvider.System.GetUtcNow();
        return new ProviderQuote
        {
            Provider = QuotedProvider.From(config),
            Store = new QuotedStore("s1", "Store", "1 Road, Town CA 94102"),
            Cart = cart,
            Quote = new QuoteTotals(cart.Sum(line => line.LineCents), feeCents, 0, EstimatedDeliveryMinutes: etaMinutes),
            ItemAvailability = [.. request.Items.Select(item => missing.Contains(item.Id)
                ? new ItemAvailability(item.Id, item.Name, AvailabilityStatus.Unavailable, false)
                : new ItemAvailability(item.Id, item.Name, AvailabilityStatus.Found, true, $"sku-{item.Id}"))],
            AffiliateUrl = "https://shop.example/cart",
            Pricing = PricingMode.Live,
            Fees = [],
            FetchedAt = now,
            ExpiresAt = now.AddMinutes(15),
            Raw = new QuoteSource("fake", "real", now),
        };
    }

    public static QuoteRequest Request(params string[] names) =>
        new(
            [.. names.Select((name, index) => new RequestedItem($"i{index}", name, 1))],
            new DeliveryAddress("San Francisco", "94102", State: "CA"),
            "0123456789abcdef");

    public static ProviderConfig Config(ProviderId id, int timeoutMs = 10_000, int priority = 50) =>
        new()
        {
            Id = id,
            Name = id.ToString(),
            Enabled = true,
            Priority = priority,
            CommissionRate = 0.03m,
            Regions = ["US"],
            TimeoutMs = timeoutMs,
            MaxRetries = 2,
        };
}
