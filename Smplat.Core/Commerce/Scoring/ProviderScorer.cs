namespace Smplat.Core.Commerce.Scoring;

/// <summary>
/// Ranks quotes. The result depends on nothing but its arguments: not on their order, a clock, chance or culture. Scores
/// are exact decimals that are compared unrounded.
/// </summary>
internal static class ProviderScorer
{
    /// <param name="weights">Already bent by the shopper's preference.</param>
    /// <returns>All quotes, best first.</returns>
    public static ScoreBreakdown[] Rank(IReadOnlyList<ScoreInput> quotes, int itemsRequested, ScoreWeights weights)
    {
        if (quotes.Count == 0)
        {
            return [];
        }

        var spread = Spread.Of(quotes);
        var scores = new ScoreBreakdown[quotes.Count];
        for (var index = 0; index < scores.Length; index++)
        {
            scores[index] = Score(quotes[index], itemsRequested, weights, spread);
        }

        Array.Sort(scores, RankOrder.Instance);
        return scores;
    }

    private static ScoreBreakdown Score(ScoreInput quote, int itemsRequested, ScoreWeights weights, in Spread spread)
    {
        var price = ScoreComponents.LowerIsBetter(quote.PriceBasisCents, spread.LowestPrice, spread.HighestPrice);
        var speed = ScoreComponents.LowerIsBetter(quote.Eta, spread.LowestEta, spread.HighestEta);
        var availability = ScoreComponents.Availability(quote.Found, quote.Substituted, itemsRequested);
        var reliability = ScoreComponents.Reliability(quote.Standing);
        var (margin, source) = Margin(quote, spread);
        return Weigh(quote, quote.Priority, weights, price, speed, availability, margin, source, reliability);
    }

    /// <param name="priorityPoints">The priority as it counts before its weight.</param>
    public static ScoreBreakdown Weigh(
        ScoreInput quote,
        int priorityPoints,
        ScoreWeights weights,
        int price,
        int speed,
        int availability,
        int margin,
        MarginSource source,
        int reliability)
    {
        var priority = weights.Priority * priorityPoints;
        var total = priority
            + (weights.Price * price)
            + (weights.Speed * speed)
            + (weights.Margin * margin)
            + (weights.Availability * availability)
            + (weights.Reliability * reliability);
        return new ScoreBreakdown(
            quote.Provider, price, speed, availability, margin, reliability, priority, total, source, quote);
    }

    /// <summary>Rates of earlier orders count once two providers have them; until then this order's commission does.</summary>
    private static (int Score, MarginSource Source) Margin(ScoreInput quote, in Spread spread)
    {
        if (spread.KnownRates < 2)
        {
            return (
                ScoreComponents.HigherIsBetter(quote.CommissionRevenue, spread.LowestRevenue, spread.HighestRevenue),
                MarginSource.Commission);
        }

        return quote.Standing?.AvgMarginRate is { } rate
            ? (ScoreComponents.HigherIsBetter(rate, spread.LowestRate, spread.HighestRate), MarginSource.Metrics)
            : (ScoreComponents.Neutral, MarginSource.Unknown);
    }
}
