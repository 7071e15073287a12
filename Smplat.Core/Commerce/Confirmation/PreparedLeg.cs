using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Routing;

namespace Smplat.Core.Commerce.Confirmation;

/// <summary>A part with the quote that it would be ordered by now, or why its provider gives none.</summary>
public sealed record PreparedLeg(OrderLeg Leg, SessionQuote? Quote, ProviderFailure? Failure)
{
    public SessionQuote Agreed => Leg.Quote;

    /// <summary>
    /// Whether the order as a whole is no longer what the shopper said yes to: dearer than the tolerance, or emptier. Judged
    /// over all parts, before any of them is ordered.
    /// </summary>
    public static bool HaveChanged(IReadOnlyList<PreparedLeg> legs) =>
        legs.All(leg => leg.Quote is not null)
        && (!PriceTolerance.Allows(legs.Sum(leg => leg.Agreed.TotalCents), legs.Sum(leg => leg.Quote!.TotalCents))
            || legs.Any(leg => leg.Quote!.Found + leg.Quote.Substituted < leg.Agreed.Found + leg.Agreed.Substituted));
}
