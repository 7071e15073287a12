using System.Collections.Immutable;
using Smplat.Core.Platform.Caching;

namespace Smplat.Core.Commerce.Providers;

/// <summary>
/// What things cost lately at the providers that tell: the ground for estimating at one that does not. In memory, bounded,
/// and forgotten after a day.
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
