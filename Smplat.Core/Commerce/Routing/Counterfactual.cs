using System.Globalization;
using Smplat.Core.Commerce.Scoring;

namespace Smplat.Core.Commerce.Routing;

/// <summary>What the shopper would have got from the cheapest and from the fastest of the other offers.</summary>
internal static class Counterfactual
{
    /// <returns>A sentence, or null when there was no other offer.</returns>
    public static string? Describe(RoutingDecision decision)
    {
        if (decision.CheapestAlternative is not { } cheapest)
        {
            return null;
        }

        var fastest = decision.Others.MinBy(quote => quote.Score.Input.Eta)!;
        var text = Against("Cheapest alternative", decision, cheapest);
        return ReferenceEquals(cheapest, fastest) ? text : text + " " + Against("Fastest alternative", decision, fastest);
    }

    private static string Against(string role, RoutingDecision decision, RankedQuote other)
    {
        var cents = other.TotalCents - decision.TotalCents;
        var minutes = other.Score.Input.Eta - decision.EtaMinutes;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{role}: {other.Config.Name}, {Difference(cents, "cents", "more", "less", "same price")}, "
            + $"{Difference(minutes, "minutes", "slower", "faster", "same time")}.");
    }

    private static string Difference(long amount, string unit, string above, string below, string equal) =>
        amount == 0
            ? equal
            : string.Create(CultureInfo.InvariantCulture, $"{Math.Abs(amount)} {unit} {(amount > 0 ? above : below)}");
}
