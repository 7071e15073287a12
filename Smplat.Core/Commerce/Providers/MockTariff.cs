using System.Globalization;

namespace Smplat.Core.Commerce.Providers;

/// <summary>What an invented provider charges. The figures are a contract: drills and acceptance tests count on them.</summary>
internal sealed record MockTariff(
    long UnitCents,
    long FeeCents,
    decimal TaxRate,
    int EtaMinutes,
    DeliveryRange Eta,
    string Link,
    ConfirmMode Confirm,
    long? FreeDeliveryFromCents = null)
{
    public static MockTariff Of(ProviderId id) => id switch
    {
        ProviderId.MealMe => MealMe,
        ProviderId.Instacart => Instacart,
        ProviderId.KrogerApi => Kroger,
        ProviderId.WalmartApi => Walmart,
        _ => throw new ArgumentOutOfRangeException(nameof(id), id, "No tariff."),
    };

    public long FeeFor(long subtotalCents) => subtotalCents >= FreeDeliveryFromCents ? 0 : FeeCents;

    public static string Sku(ProviderId id, string itemName, int index) => id switch
    {
        ProviderId.WalmartApi => "WM-MOCK-" + index.ToString("D5", CultureInfo.InvariantCulture),
        ProviderId.KrogerApi => string.Create(CultureInfo.InvariantCulture, $"kroger-api-{Slug.Of(itemName)}-{index}"),
        ProviderId.Instacart => string.Create(CultureInfo.InvariantCulture, $"instacart-{Slug.Of(itemName)}-{index}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"mealme-{Slug.Of(itemName)}-{index}"),
    };

    private static readonly MockTariff MealMe =
        new(1299, 499, 0.08m, 35, new(30, 45), "https://mealme.ai/checkout", ConfirmMode.Placed);

    private static readonly MockTariff Instacart =
        new(1149, 599, 0.08m, 52, new(45, 60), "https://www.instacart.com/store/checkout", ConfirmMode.Handoff);

    private static readonly MockTariff Kroger =
        new(1099, 995, 0.075m, 150, new(120, 240), "https://www.kroger.com/checkout", ConfirmMode.Handoff, 3500);

    private static readonly MockTariff Walmart =
        new(999, 795, 0.07m, 90, new(60, 120), "https://www.walmart.com/cart", ConfirmMode.Handoff);
}
