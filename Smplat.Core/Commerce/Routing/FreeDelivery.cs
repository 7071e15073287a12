namespace Smplat.Core.Commerce.Routing;

/// <summary>Moves items to a provider so that its delivery becomes free, when that costs less than the fee.</summary>
internal static class FreeDelivery
{
    /// <summary>Further from the threshold than this, moving cannot pay for any fee we know.</summary>
    private const long LargestGapCents = 20_000;

    public static void TryReach(SplitOffer offer, Dictionary<string, SplitOffer> holders)
    {
        if (offer.FreeFromCents is not { } threshold || offer.FeeCents <= 0)
        {
            return;
        }

        var subtotal = holders.Where(entry => entry.Value == offer).Sum(entry => offer.Prices[entry.Key]);
        var gap = threshold - subtotal;
        if (gap is <= 0 or > LargestGapCents)
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

    /// <summary>The items whose gains reach the gap at the least extra cost: exact, by dynamic programming over the cents of the gap.</summary>
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
