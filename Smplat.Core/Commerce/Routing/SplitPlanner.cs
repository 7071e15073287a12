using Smplat.Core.Commerce.Providers;

namespace Smplat.Core.Commerce.Routing;

/// <summary>
/// The best way to divide a basket: every set of providers is tried (at most fifteen), each item goes to its cheapest or
/// fastest holder in the set, and where it pays items are moved so that a provider delivers free. Pure and deterministic.
/// </summary>
internal static class SplitPlanner
{
    /// <returns>The best plan, which may be for one provider; null when nobody has anything.</returns>
    public static SplitPlan? Best(IReadOnlyList<SplitOffer> offers, IReadOnlyList<string> itemIds, SplitStrategy strategy)
    {
        SplitPlan? best = null;
        for (var members = 1; members < 1 << offers.Count; members++)
        {
            var chosen = Enumerable.Range(0, offers.Count).Where(index => (members & (1 << index)) != 0).Select(index => offers[index]).ToArray();
            if (Divide(chosen, itemIds, strategy) is { } plan && (best is null || IsBetter(plan, best, strategy)))
            {
                best = plan;
            }
        }

        return best;
    }

    private static SplitPlan? Divide(SplitOffer[] offers, IReadOnlyList<string> itemIds, SplitStrategy strategy)
    {
        var holders = new Dictionary<string, SplitOffer>(StringComparer.Ordinal);
        foreach (var item in itemIds)
        {
            if (Holder(offers, item, strategy) is { } holder)
            {
                holders[item] = holder;
            }
        }

        // Sets with a provider that gets nothing are the same as smaller sets, which are tried by themselves.
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

        // What helps one provider to its threshold may take it from another: the plain plan stays unless the other is better.
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

    /// <summary>More items first, whatever the strategy; then what the strategy asks for; fewer providers break ties.</summary>
    private static bool IsBetter(SplitPlan plan, SplitPlan best, SplitStrategy strategy) =>
        Key(plan, strategy).CompareTo(Key(best, strategy)) < 0;

    private static (int Missing, long First, long Second, int Legs) Key(SplitPlan plan, SplitStrategy strategy) => strategy switch
    {
        SplitStrategy.Speed => (-plan.Found, plan.EtaMinutes, plan.TotalCents, plan.Legs.Count),
        SplitStrategy.Providers => (-plan.Found, plan.Legs.Count, plan.TotalCents, plan.Legs.Count),
        _ => (-plan.Found, plan.TotalCents, plan.EtaMinutes, plan.Legs.Count),
    };
}
