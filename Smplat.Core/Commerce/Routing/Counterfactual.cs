using System.Globalization;
using Smplat.Core.Commerce.Scoring;

namespace Smplat.Core.Commerce.Routing;

/// <summary>What the shopper would have got from the cheapest and from the fastest of the other offers.</summary>
public static class Counterfactual
{
    /// <returns>A sentence, or null when there was no other offer.</returns>
    public static string? Describe(RoutingDecision decision)
    {
        if (decision.Ranked.Count < 2)
        {
            return null;
        }

        var winner = decision.Winner;
        var cheapest = decision.CheapestAlternative!;
        var fastest = decision.Ranked.Skip(1).MinBy(quote => quote.Score.Input.Eta)!;
        var text = Against("Cheapest alternative", winner, cheapest);
        return ReferenceEquals(cheapest, fastest) ? text : text + " " + Against("Fastest alternative", winner, fastest);
    }

    private static string Against(string role, RankedQuote winner, RankedQuote other)
    {
        var cents = other.TotalCents - winner.TotalCents;
        var minutes = Eta(other.Score) - Eta(winner.Score);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{role}: {other.Config.Name}, {Difference(cents, "cents", "more", "less", "same price")}, "
            + $"{Difference(minutes, "minutes", "slower", "faster", "same time")}.");
    }

    private static string Difference(long amount, string unit, string above, string below, string equal) =>
        amount == 0
            ? equal
            : string.Create(CultureInfo.InvariantCulture, $"{Math.Abs(amount)} {unit} {(amount > 0 ? above : below)}");

    private static int Eta(ScoreBreakdown score) => score.Input.Eta;
}
