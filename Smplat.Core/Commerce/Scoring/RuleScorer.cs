namespace Smplat.Core.Commerce.Scoring;

/// <summary>Ranks quotes by any rule. By the canonical one it is the <see cref="ProviderScorer"/>, unchanged.</summary>
internal static class RuleScorer
{
    /// <summary>Share of the items, in percent, below which a comparable basket wins only when nobody has more.</summary>
    private const int LeastFulfilment = 60;

    private const int GuardPercent = 115;

    /// <param name="weights">Already bent by the shopper's preference.</param>
    /// <returns>All quotes, best first.</returns>
    public static ScoreBreakdown[] Rank(IReadOnlyList<ScoreInput> quotes, int itemsRequested, ScoreWeights weights, ScoreRule rule)
    {
        if (rule == ScoreRule.Canonical)
        {
            return ProviderScorer.Rank(quotes, itemsRequested, weights);
        }

        var basis = rule.ComparableBaskets
            ? [.. quotes.Select(quote => quote with { PriceBasisCents = quote.ComparableCents ?? quote.TotalCents })]
            : quotes;
        var ranked = ProviderScorer.Rank(basis, itemsRequested, weights);
        if (rule is { Normalisation: Normalisation.Anchored } or { PriorityMode: PriorityMode.Centered })
        {
            ranked = Reweigh(ranked, weights, rule);
        }

        if (rule.ComparableBaskets)
        {
            ranked = [.. ranked.OrderBy(score => IsTooEmpty(score.Input, itemsRequested))];
        }

        return rule.FairGuard ? Guard(ranked) : ranked;
    }

    private static ScoreBreakdown[] Reweigh(ScoreBreakdown[] ranked, ScoreWeights weights, ScoreRule rule)
    {
        if (ranked.Length == 0)
        {
            return ranked;
        }

        var isAnchored = rule.Normalisation == Normalisation.Anchored;
        var (cheapest, fastest) = (ranked.Min(score => score.Input.PriceBasisCents), ranked.Min(score => score.Input.Eta));
        var slowest = ranked.Max(score => score.Input.Eta);
        var lowest = ranked.Min(score => score.Input.Priority);
        ScoreBreakdown[] again =
        [
            .. ranked.Select(score => ProviderScorer.Weigh(
                score.Input,
                rule.PriorityMode == PriorityMode.Centered ? Math.Min(AnchoredScale.MostPriority, score.Input.Priority - lowest) : score.Input.Priority,
                weights,
                isAnchored ? AnchoredScale.Price(score.Input.PriceBasisCents, cheapest) : score.PriceScore,
                isAnchored ? AnchoredScale.Speed(score.Input.Eta, fastest, slowest) : score.SpeedScore,
                score.AvailabilityScore,
                score.MarginScore,
                score.MarginSource,
                score.ReliabilityScore)),
        ];
        Array.Sort(again, RankOrder.Instance);
        return again;
    }

    private static bool IsTooEmpty(ScoreInput quote, int itemsRequested) =>
        100 * (quote.Found + quote.Substituted) < LeastFulfilment * itemsRequested;

    /// <summary>Puts the best offer that is much cheaper, no slower and no emptier before the winner.</summary>
    private static ScoreBreakdown[] Guard(ScoreBreakdown[] ranked)
    {
        if (ranked.Length < 2)
        {
            return ranked;
        }

        var winner = ranked[0].Input;
        var fairer = Array.Find(ranked, score =>
            100 * winner.TotalCents > GuardPercent * score.Input.TotalCents
            && winner.Eta >= score.Input.Eta
            && score.AvailabilityScore >= ranked[0].AvailabilityScore);
        return fairer is null ? ranked : [fairer, .. ranked.Where(score => !ReferenceEquals(score, fairer))];
    }
}
