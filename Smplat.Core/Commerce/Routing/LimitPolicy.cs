using Smplat.Core.Commerce.Providers;

namespace Smplat.Core.Commerce.Routing;

/// <summary>
/// Keeps the quotes within the shopper's limits. When none is, all stay and the answer says so: an order beyond a limit can
/// still be declined, an empty answer cannot be taken.
/// </summary>
internal static class LimitPolicy
{
    public const string Warning = "No offer meets the limits of the preferences; the offers shown exceed them";

    public static IReadOnlyList<ProviderAttempt> Apply(
        IReadOnlyList<ProviderAttempt> viable, RoutingPreferences preferences, List<string> warnings)
    {
        if (preferences is { MaxDeliveryMinutes: null, MaxDeliveryFeeCents: null, MaxPriceCents: null })
        {
            return viable;
        }

        var within = viable.Where(attempt => IsWithin(attempt.Quote!.Quote, preferences)).ToArray();
        if (within.Length > 0)
        {
            return within;
        }

        warnings.Add(Warning);
        return viable;
    }

    /// <summary>An unknown delivery time counts as the default that ranking assumes.</summary>
    public static bool IsWithin(QuoteTotals totals, RoutingPreferences preferences)
    {
        var minutes = totals.EstimatedDeliveryMinutes is > 0 and var eta ? eta : Smplat.Core.Commerce.Scoring.ScoreInput.DefaultEtaMinutes;
        return !(minutes > preferences.MaxDeliveryMinutes)
            && !(totals.FeesCents > preferences.MaxDeliveryFeeCents)
            && !(totals.TotalCents > preferences.MaxPriceCents);
    }
}
