using System.Collections.Immutable;
using Smplat.Core.Platform.Caching;

namespace Smplat.Core.Commerce.Providers;

/// <summary>What a provider publishes about delivery without quoting it: fee, threshold for free delivery, typical time.</summary>
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

/// <summary>
/// An estimate of sales tax on groceries, for providers that quote none. Most states exempt food for the home; those below tax
/// it at the state level. Local rates and non-food items are ignored, so every quote that uses this is marked as estimated.
/// </summary>
internal static class FoodTax
{
    private static readonly Dictionary<string, decimal> Rates = new(StringComparer.OrdinalIgnoreCase)
    {
        ["AL"] = 0.02m,
        ["HI"] = 0.04m,
        ["ID"] = 0.06m,
        ["MO"] = 0.01225m,
        ["MS"] = 0.05m,
        ["SD"] = 0.042m,
        ["TN"] = 0.04m,
        ["UT"] = 0.03m,
        ["VA"] = 0.01m,
    };

    public static long Estimate(long subtotalCents, DeliveryAddress address) =>
        address is { Country: "US", State: { } state } && Rates.TryGetValue(state, out var rate)
            ? Cents.Share(subtotalCents, rate)
            : 0;
}

/// <summary>
/// Recent item prices of the providers that give prices, to estimate those of a provider that gives none. In memory, bounded,
/// and dropped after a day.
/// </summary>
internal sealed class ReferencePrices(TimeProvider clock)
{
    private const int Capacity = 10_000;

    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    private readonly SingleFlightCache<ImmutableDictionary<ProviderId, decimal>> _prices = new(new(Capacity), clock);

    public void Learn(ProviderId id, MatchedBasket basket)
    {
        foreach (var item in basket.Items.Where(item => item is { Product: not null, IsSubstituted: false, LineCents: > 0 }))
        {
            var key = KeyOf(item.Item);
            var known = _prices.Find(key)?.Value ?? ImmutableDictionary<ProviderId, decimal>.Empty;
            _prices.Keep(key, new(known.SetItem(id, item.LineCents / item.Item.Quantity), Lifetime));
        }
    }

    /// <summary>Cents of one unit of the item, the median over the providers; null when none has priced it.</summary>
    public decimal? UnitCents(RequestedItem item)
    {
        if (_prices.Find(KeyOf(item)) is not { Value: var prices })
        {
            return null;
        }

        var sorted = prices.Values.Order().ToArray();
        return sorted.Length % 2 == 1
            ? sorted[sorted.Length / 2]
            : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }

    private static string KeyOf(RequestedItem item) => $"{SearchTerm.Of(item.Name)}|{item.Unit.ToLowerInvariant()}";
}
