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
        var cart = found.Select(item => new CartLine(
            item.Id, $"sku-{item.Id}", item.Name, item.Quantity, item.Unit, unitCents, Cents.Line(unitCents, item.Quantity))).ToArray();
        var now = TimeProvider.System.GetUtcNow();
        return new ProviderQuote(
            QuotedProvider.From(config),
            new QuotedStore("s1", "Store", "1 Road, Town CA 94102"),
            cart,
            new QuoteTotals(cart.Sum(line => line.LineCents), feeCents, 0, EstimatedDeliveryMinutes: etaMinutes),
            [.. request.Items.Select(item => missing.Contains(item.Id)
                ? new ItemAvailability(item.Id, item.Name, AvailabilityStatus.Unavailable, false)
                : new ItemAvailability(item.Id, item.Name, AvailabilityStatus.Found, true, $"sku-{item.Id}"))],
            "https://shop.example/cart",
            PricingMode.Live,
            [],
            now,
            now.AddMinutes(15),
            new QuoteSource("fake", "real", now));
    }

    public static QuoteRequest Request(params string[] names) =>
        new(
            [.. names.Select((name, index) => new RequestedItem($"i{index}", name, 1))],
            new DeliveryAddress("San Francisco", "94102", State: "CA"),
            "0123456789abcdef");

    public static ProviderConfig Config(ProviderId id, int timeoutMs = 10_000, int priority = 50) =>
        new(id, id.ToString(), true, priority, 0.03m, ["US"], timeoutMs, 2, false, false);
}
