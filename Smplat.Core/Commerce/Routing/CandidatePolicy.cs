using Smplat.Core.Commerce.Providers;

namespace Smplat.Core.Commerce.Routing;

/// <summary>Which providers are asked for a basket.</summary>
internal static class CandidatePolicy
{
    /// <param name="enabled">Enabled providers, highest priority first; the order is kept.</param>
    public static IReadOnlyList<ProviderConfig> Select(
        IReadOnlyList<ProviderConfig> enabled, RouteOrder order, bool preferredStrict)
    {
        var candidates = new List<ProviderConfig>(enabled.Count);
        foreach (var config in enabled)
        {
            if (WhySkipped(config, order, preferredStrict) is null)
            {
                candidates.Add(config);
            }
        }

        return candidates;
    }

    /// <summary>The others, each with the reason why it is not asked.</summary>
    public static IReadOnlyDictionary<ProviderId, string> Skipped(
        IReadOnlyList<ProviderConfig> all, RouteOrder order, bool preferredStrict)
    {
        var skipped = new Dictionary<ProviderId, string>();
        foreach (var config in all)
        {
            if (WhySkipped(config, order, preferredStrict) is { } reason)
            {
                skipped[config.Id] = reason;
            }
        }

        return skipped;
    }

    private static string? WhySkipped(ProviderConfig config, RouteOrder order, bool preferredStrict)
    {
        var (address, preferences) = (order.Basket.Address, order.Preferences);
        return !config.Enabled ? "switched off"
            : !config.Serves(address.Country, address.State) ? "does not deliver to the region"
            : preferences.Excluded.Contains(config.Id) ? "excluded by the preferences"
            : preferredStrict && preferences.Preferred.Count > 0 && !preferences.Preferred.Contains(config.Id) ? "not among the preferred"
            : null;
    }
}
