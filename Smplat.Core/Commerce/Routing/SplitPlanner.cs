using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Scoring;

namespace Smplat.Core.Commerce.Routing;

/// <summary>What a provider charges for each item and for delivery.</summary>
/// <param name="Prices">Cents of the requested quantity by item id; items that the provider lacks are absent.</param>
/// <param name="TaxRate">Tax as a share of the subtotal, as quoted.</param>
internal sealed record SplitOffer(
    ProviderId Provider,
    int EtaMinutes,
    long FeeCents,
    long? FreeFromCents,
    decimal TaxRate,
    IReadOnlyDictionary<string, long> Prices)
{
    public static SplitOffer From(ProviderQuote quote)
    {
        var totals = quote.Quote;
        return new SplitOffer(
            quote.Provider.Id,
            totals.EstimatedDeliveryMinutes is > 0 and var minutes ? minutes : ScoreInput.DefaultEtaMinutes,
            quote.Tariff?.FeeCents ?? totals.FeesCents,
            quote.Tariff?.FreeFromCents,
            totals.SubtotalCents == 0 ? 0 : (decimal)totals.TaxCents / totals.SubtotalCents,
            quote.Cart.GroupBy(line => line.ClientItemId).ToDictionary(lines => lines.Key, lines => lines.Sum(line => line.LineCents)));
    }

    public long FeeFor(long subtotalCents) => subtotalCents >= FreeFromCents ? 0 : FeeCents;

    public long TotalFor(long subtotalCents) => subtotalCents + FeeFor(subtotalCents) + Cents.Share(subtotalCents, TaxRate);
}

/// <summary>Which items go to which provider.</summary>
internal sealed record SplitPlan(IReadOnlyList<PlannedLeg> Legs, long TotalCents, int Found, int EtaMinutes)
{
    public bool IsSplit => Legs.Count > 1;
}

internal sealed record PlannedLeg(ProviderId Provider, IReadOnlyList<string> ItemIds, long TotalCents, int EtaMinutes);

/// <summary>
/// Finds the best way to split a basket. Every set of providers is tried (at most fifteen); each item goes to the cheapest or
/// fastest provider in the set that has it, and items are moved to reach free delivery when that saves money. Pure and
/// deterministic.
/// </summary>
internal static class SplitPlanner
{
    /// <returns>The best plan, which may use a single provider; null when no provider has any of the items.</returns>
    public static SplitPlan? Best(IReadOnlyList<SplitOffer> offers, IReadOnlyList<string> itemIds, SplitStrategy strategy)
    {
        SplitPlan? best = null;
        for (var members = 1; members < 1 << offers.Count; members++)
        {
            var chosen = Enumerable.Range(0, offers.Count).Where(index => (members & (1 << index)) != 0).Select(index => offers[index]).ToArray();
            if (Assign(chosen, itemIds, strategy) is { } plan && (best is null || IsBetter(plan, best, strategy)))
            {
                best = plan;
            }
        }

        return best;
    }

    private static SplitPlan? Assign(SplitOffer[] offers, IReadOnlyList<string> itemIds, SplitStrategy strategy)
    {
        var holders = new Dictionary<string, SplitOffer>(StringComparer.Ordinal);
        foreach (var item in itemIds)
        {
            if (Holder(offers, item, strategy) is { } holder)
            {
                holders[item] = holder;
            }
        }

        // A set in which a provider gets no item equals a smaller set, which is tried separately.
        if (holders.Count == 0 || Array.Exists(offers, offer => !holders.ContainsValue(offer)))
        {
            return null;
        }

        var plan = Plan(offers, itemIds, holders);
        if (strategy == SplitStrategy.Speed)
        {
            return plan;
        }

        foreach (var offer in offers)
        {
            FreeDelivery.TryReach(offer, holders);
        }

        // Moving items to one provider may cost another its free delivery: the first plan stays unless the new one is better.
        var moved = Plan(offers, itemIds, holders);
        return IsBetter(moved, plan, strategy) ? moved : plan;
    }

    private static SplitOffer? Holder(SplitOffer[] offers, string item, SplitStrategy strategy)
    {
        var having = offers.Where(offer => offer.Prices.ContainsKey(item));
        return strategy == SplitStrategy.Speed
            ? having.OrderBy(offer => offer.EtaMinutes).ThenBy(offer => offer.Prices[item]).ThenBy(offer => offer.Provider).FirstOrDefault()
            : having.OrderBy(offer => Cost(offer, item)).ThenBy(offer => offer.EtaMinutes).ThenBy(offer => offer.Provider).FirstOrDefault();
    }

    private static SplitPlan Plan(SplitOffer[] offers, IReadOnlyList<string> itemIds, Dictionary<string, SplitOffer> holders)
    {
        PlannedLeg[] legs =
        [
            .. from offer in offers
               let items = itemIds.Where(item => holders.TryGetValue(item, out var holder) && holder == offer).ToArray()
               where items.Length > 0
               let total = offer.TotalFor(items.Sum(item => offer.Prices[item]))
               orderby total descending, offer.Provider.ToWire()
               select new PlannedLeg(offer.Provider, items, total, offer.EtaMinutes),
        ];
        return new SplitPlan(legs, legs.Sum(leg => leg.TotalCents), holders.Count, legs.Max(leg => leg.EtaMinutes));
    }

    private static decimal Cost(SplitOffer offer, string item) => offer.Prices[item] * (1 + offer.TaxRate);

    /// <summary>More items first, whatever the strategy; then the goal of the strategy; fewer providers break ties.</summary>
    private static bool IsBetter(SplitPlan plan, SplitPlan best, SplitStrategy strategy) =>
        Key(plan, strategy).CompareTo(Key(best, strategy)) < 0;

    private static (int Missing, long First, long Second, int Legs) Key(SplitPlan plan, SplitStrategy strategy) => strategy switch
    {
        SplitStrategy.Speed => (-plan.Found, plan.EtaMinutes, plan.TotalCents, plan.Legs.Count),
        SplitStrategy.Providers => (-plan.Found, plan.Legs.Count, plan.TotalCents, plan.Legs.Count),
        _ => (-plan.Found, plan.TotalCents, plan.EtaMinutes, plan.Legs.Count),
    };
}

/// <summary>Moves items to a provider so that its delivery becomes free, when that costs less than the fee.</summary>
internal static class FreeDelivery
{
    /// <summary>At a larger gap, moving items costs more than any known delivery fee.</summary>
    private const long MaxGapCents = 20_000;

    public static void TryReach(SplitOffer offer, Dictionary<string, SplitOffer> holders)
    {
        if (offer.FreeFromCents is not { } threshold || offer.FeeCents <= 0)
        {
            return;
        }

        var subtotal = holders.Where(entry => entry.Value == offer).Sum(entry => offer.Prices[entry.Key]);
        var gap = threshold - subtotal;
        if (gap is <= 0 or > MaxGapCents)
        {
            return;
        }

        var movable = holders
            .Where(entry => entry.Value != offer && offer.Prices.ContainsKey(entry.Key))
            .OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => (Item: entry.Key, Gain: offer.Prices[entry.Key], Extra: Extra(offer, entry.Value, entry.Key)))
            .ToArray();
        var cheapest = CheapestCover([.. movable.Select(item => (item.Gain, item.Extra))], gap);
        if (cheapest is { } cover && cover.Sum(index => movable[index].Extra) < offer.FeeCents)
        {
            foreach (var index in cover)
            {
                holders[movable[index].Item] = offer;
            }
        }
    }

    private static decimal Extra(SplitOffer to, SplitOffer from, string item) =>
        (to.Prices[item] * (1 + to.TaxRate)) - (from.Prices[item] * (1 + from.TaxRate));

    /// <summary>The items that close the gap at the lowest extra cost. Exact: dynamic programming over the cents of the gap.</summary>
    private static List<int>? CheapestCover((long Gain, decimal Extra)[] items, long gap)
    {
        var size = (int)gap;
        var least = new decimal?[size + 1];
        var taken = new bool[items.Length, size + 1];
        least[0] = 0;
        for (var index = 0; index < items.Length; index++)
        {
            for (var need = size; need > 0; need--)
            {
                var rest = (int)Math.Max(0, need - items[index].Gain);
                if (least[rest] is { } before && (least[need] is null || before + items[index].Extra < least[need]))
                {
                    least[need] = before + items[index].Extra;
                    taken[index, need] = true;
                }
            }
        }

        return least[size] is null ? null : Walk(items, taken, size);
    }

    private static List<int> Walk((long Gain, decimal Extra)[] items, bool[,] taken, int need)
    {
        var cover = new List<int>();
        for (var index = items.Length - 1; index >= 0 && need > 0; index--)
        {
            if (taken[index, need])
            {
                cover.Add(index);
                need = (int)Math.Max(0, need - items[index].Gain);
            }
        }

        return cover;
    }
}
