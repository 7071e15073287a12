using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Requests;

namespace Smplat.Core.Commerce.Routing;

/// <summary>Which providers are asked for a basket.</summary>
public static class CandidatePolicy
{
    /// <param name="enabled">Enabled providers, highest priority first; the order is kept.</param>
    public static IReadOnlyList<ProviderConfig> Select(
        IReadOnlyList<ProviderConfig> enabled, RouteOrder order, bool preferredStrict)
    {
        var (address, preferences) = (order.Basket.Address, order.Preferences);
        var candidates = new List<ProviderConfig>(enabled.Count);
        foreach (var config in enabled)
        {
            var isWanted = !preferredStrict || preferences.Preferred.Count == 0 || preferences.Preferred.Contains(config.Id);
            if (isWanted && config.Serves(address.Country, address.State) && !preferences.Excluded.Contains(config.Id))
            {
                candidates.Add(config);
            }
        }

        return candidates;
    }
}
