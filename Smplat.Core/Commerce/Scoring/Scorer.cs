using Smplat.Core.Commerce.Providers;

namespace Smplat.Core.Commerce.Scoring;

/// <summary>Everything that the ranking knows about one quote. Stored with each decision, so that it can be scored again.</summary>
/// <param name="PriceBasisCents">
/// The amount that price and margin are scored on: the total, or the total of a comparable basket when that rule is on.
/// </param>
/// <param name="EtaMinutes">Null or 0 counts as <see cref="DefaultEtaMinutes"/>.</param>
public sealed record ScoreInput(
    ProviderId Provider,
    int Priority,
    long TotalCents,
    long PriceBasisCents,
    int? EtaMinutes,
    int Found,
    int Substituted,
    decimal CommissionRate)
{
    public const int DefaultEtaMinutes = 60;

    /// <summary>Statistics of earlier orders; null when there are none.</summary>
    public ProviderStats? Stats { get; init; }

    /// <summary>The shopper named the provider; decides ties.</summary>
    public bool IsPreferred { get; init; }

    /// <summary>What the basket would cost if every item were in it; null when every item is.</summary>
    public long? ComparableCents { get; init; }

    public int Eta => EtaMinutes is > 0 ? EtaMinutes.Value : DefaultEtaMinutes;

    public decimal CommissionRevenue => PriceBasisCents * CommissionRate;
}

/// <summary>The components of a score, each 0 to 100, and their exact weighted total.</summary>
public sealed record ScoreBreakdown
{
    public required ScoreInput Input { get; init; }

    public required int PriceScore { get; init; }

    public required int SpeedScore { get; init; }

    public required int AvailabilityScore { get; init; }

    public required int MarginScore { get; init; }

    public required MarginSource MarginSource { get; init; }

    public required int ReliabilityScore { get; init; }

    /// <summary>The provider's priority times its weight.</summary>
    public decimal PriorityPoints { get; init; }

    public decimal WeightedTotal { get; init; }

    public ProviderId Provider => Input.Provider;

    public IReadOnlyList<string> Factors => ScoreFactors.Of(this);

    /// <param name="priority">The priority as it counts before its weight.</param>
    public ScoreBreakdown Weighted(int priority, ScoreWeights weights)
    {
        var points = weights.Priority * priority;
        return this with
        {
            PriorityPoints = points,
            WeightedTotal = points
                + (weights.Price * PriceScore)
                + (weights.Speed * SpeedScore)
                + (weights.Margin * MarginScore)
                + (weights.Availability * AvailabilityScore)
                + (weights.Reliability * ReliabilityScore),
        };
    }
}

/// <summary>What the margin component was computed from.</summary>
public enum MarginSource
{
    /// <summary>Expected commission of this order.</summary>
    Commission,

    /// <summary>Average margin rates of earlier orders.</summary>
    Metrics,

    /// <summary>Margin rates count in this decision, but this provider has none.</summary>
    Unknown,
}

/// <summary>
/// Ranks quotes by the canonical rule or a variation of it. The result depends only on the arguments: not on their order, a
/// clock, chance or culture. Scores are exact decimals and are compared unrounded.
/// </summary>
internal static class Scorer
{
    /// <summary>Share of the items, in percent, below which a comparable basket wins only when no provider has more.</summary>
    private const int MinFulfilmentPercent = 60;

    private const int GuardPercent = 115;

    /// <param name="weights">Already adjusted for the shopper's preference.</param>
    /// <returns>All quotes, best first.</returns>
    public static ScoreBreakdown[] Rank(IReadOnlyList<ScoreInput> quotes, int itemsRequested, ScoreWeights weights, ScoreRule rule)
    {
        if (rule == ScoreRule.Canonical)
        {
            return Rank(quotes, itemsRequested, weights);
        }

        var basis = rule.ComparableBaskets
            ? [.. quotes.Select(quote => quote with { PriceBasisCents = quote.ComparableCents ?? quote.TotalCents })]
            : quotes;
        var ranked = Rank(basis, itemsRequested, weights);
        if (rule is { Normalisation: Normalisation.Anchored } or { PriorityMode: PriorityMode.Centered })
        {
            ranked = Rescore(ranked, weights, rule);
        }

        if (rule.ComparableBaskets)
        {
            ranked = [.. ranked.OrderBy(score => IsTooEmpty(score.Input, itemsRequested))];
        }

        return rule.FairGuard ? ApplyFairGuard(ranked) : ranked;
    }

    /// <summary>Ranks by the canonical rule.</summary>
    public static ScoreBreakdown[] Rank(IReadOnlyList<ScoreInput> quotes, int itemsRequested, ScoreWeights weights)
    {
        if (quotes.Count == 0)
        {
            return [];
        }

        var range = QuoteRange.Of(quotes);
        var scores = new ScoreBreakdown[quotes.Count];
        for (var index = 0; index < scores.Length; index++)
        {
            scores[index] = Score(quotes[index], itemsRequested, range).Weighted(quotes[index].Priority, weights);
        }

        Array.Sort(scores, RankOrder.Instance);
        return scores;
    }

    private static ScoreBreakdown Score(ScoreInput quote, int itemsRequested, in QuoteRange range)
    {
        var (margin, source) = Margin(quote, range);
        return new ScoreBreakdown
        {
            Input = quote,
            PriceScore = ScoreComponents.LowerIsBetter(quote.PriceBasisCents, range.LowestPrice, range.HighestPrice),
            SpeedScore = ScoreComponents.LowerIsBetter(quote.Eta, range.LowestEta, range.HighestEta),
            AvailabilityScore = ScoreComponents.Availability(quote.Found, quote.Substituted, itemsRequested),
            MarginScore = margin,
            MarginSource = source,
            ReliabilityScore = ScoreComponents.Reliability(quote.Stats),
        };
    }

    /// <summary>Rates of earlier orders count once two providers have them; until then this order's commission does.</summary>
    private static (int Score, MarginSource Source) Margin(ScoreInput quote, in QuoteRange range)
    {
        if (range.KnownRates < 2)
        {
            return (
                ScoreComponents.HigherIsBetter(quote.CommissionRevenue, range.LowestRevenue, range.HighestRevenue),
                MarginSource.Commission);
        }

        return quote.Stats?.AvgMarginRate is { } rate
            ? (ScoreComponents.HigherIsBetter(rate, range.LowestRate, range.HighestRate), MarginSource.Metrics)
            : (ScoreComponents.Neutral, MarginSource.Unknown);
    }

    /// <summary>Scores price and speed by their distance from the best, or counts priorities from the lowest, as the rule says.</summary>
    private static ScoreBreakdown[] Rescore(ScoreBreakdown[] ranked, ScoreWeights weights, ScoreRule rule)
    {
        if (ranked.Length == 0)
        {
            return ranked;
        }

        var isAnchored = rule.Normalisation == Normalisation.Anchored;
        var (cheapest, fastest) = (ranked.Min(score => score.Input.PriceBasisCents), ranked.Min(score => score.Input.Eta));
        var slowest = ranked.Max(score => score.Input.Eta);
        var lowest = ranked.Min(score => score.Input.Priority);
        ScoreBreakdown[] rescored = [.. ranked.Select(score => (score with
        {
            PriceScore = isAnchored ? AnchoredScale.Price(score.Input.PriceBasisCents, cheapest) : score.PriceScore,
            SpeedScore = isAnchored ? AnchoredScale.Speed(score.Input.Eta, fastest, slowest) : score.SpeedScore,
        }).Weighted(Priority(score.Input), weights))];
        Array.Sort(rescored, RankOrder.Instance);
        return rescored;

        int Priority(ScoreInput quote) => rule.PriorityMode == PriorityMode.Centered
            ? Math.Min(AnchoredScale.MaxPriority, quote.Priority - lowest)
            : quote.Priority;
    }

    private static bool IsTooEmpty(ScoreInput quote, int itemsRequested) =>
        100 * (quote.Found + quote.Substituted) < MinFulfilmentPercent * itemsRequested;

    /// <summary>Moves the best offer that is much cheaper, no slower and has no fewer items ahead of the winner.</summary>
    private static ScoreBreakdown[] ApplyFairGuard(ScoreBreakdown[] ranked)
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

/// <summary>The five components of a score by the canonical rule. Pure; whole numbers from 0 to 100.</summary>
internal static class ScoreComponents
{
    /// <summary>Points when nothing is known.</summary>
    public const int Neutral = 50;

    /// <summary>100 for the lowest amount, 0 for the highest, linear in between; 100 for all when they are equal.</summary>
    public static int LowerIsBetter(long value, long lowest, long highest) =>
        highest == lowest ? 100 : Rounding.Ratio(100 * (highest - value), highest - lowest);

    /// <summary>100 for the highest, 0 for the lowest; 100 for all when they are equal.</summary>
    public static int HigherIsBetter(decimal value, decimal lowest, decimal highest) =>
        highest == lowest ? 100 : Rounding.Ratio(100 * (value - lowest), highest - lowest);

    /// <summary>Share of the requested items that are available; a substitute counts four fifths.</summary>
    public static int Availability(int found, int substituted, int requested) =>
        requested <= 0 ? 100 : Math.Min(100, Rounding.Ratio((100L * found) + (80L * substituted), requested));

    /// <summary>From the success rate in percent, steeper towards the top; neutral without orders.</summary>
    public static int Reliability(ProviderStats? stats) => stats switch
    {
        null or { SuccessRate: null } or { TotalOrders: <= 0 } => Neutral,
        { SuccessRate: >= 95 and { } rate } => Math.Min(100, Rounding.HalfUp(90 + (2 * (rate - 95)))),
        { SuccessRate: >= 85 and { } rate } => Rounding.HalfUp(70 + (2 * (rate - 85))),
        { SuccessRate: >= 70 and { } rate } => Rounding.HalfUp(50 + ((rate - 70) * 20 / 15)),
        { SuccessRate: { } rate } => Math.Max(0, Rounding.HalfUp(rate * 50 / 70)),
    };
}

/// <summary>
/// Points by distance from the best offer: a cent of difference counts for almost nothing, and one expensive extra quote does
/// not change the points of the others.
/// </summary>
internal static class AnchoredScale
{
    /// <summary>Most points that a centered priority gives before its weight.</summary>
    public const int MaxPriority = 20;

    private const long MinSpanCents = 500;
    private const int MinSpanMinutes = 60;

    /// <summary>0 at a quarter above the cheapest, or at 5 dollars above it when that is more.</summary>
    public static int Price(long cents, long cheapest)
    {
        var span = Math.Max(cheapest / 4, MinSpanCents);
        return ScoreComponents.LowerIsBetter(Math.Min(cents, cheapest + span), cheapest, cheapest + span);
    }

    /// <summary>0 at an hour after the fastest, or at the slowest when that is later.</summary>
    public static int Speed(int minutes, int fastest, int slowest)
    {
        var span = Math.Max(MinSpanMinutes, slowest - fastest);
        return ScoreComponents.LowerIsBetter(minutes, fastest, fastest + span);
    }
}

/// <summary>
/// Best first: score, then preferred by the shopper, lower total, faster, higher priority, provider id. A total order, so
/// that equal quotes rank the same on every machine.
/// </summary>
internal sealed class RankOrder : IComparer<ScoreBreakdown>
{
    public static RankOrder Instance { get; } = new();

    public int Compare(ScoreBreakdown? left, ScoreBreakdown? right)
    {
        if (left is null || right is null)
        {
            return (left is null).CompareTo(right is null);
        }

        var (a, b) = (left.Input, right.Input);
        return FirstDifference(
            right.WeightedTotal.CompareTo(left.WeightedTotal),
            b.IsPreferred.CompareTo(a.IsPreferred),
            a.TotalCents.CompareTo(b.TotalCents),
            a.Eta.CompareTo(b.Eta),
            b.Priority.CompareTo(a.Priority),
            string.CompareOrdinal(a.Provider.ToWire(), b.Provider.ToWire()));
    }

    private static int FirstDifference(params ReadOnlySpan<int> comparisons)
    {
        foreach (var comparison in comparisons)
        {
            if (comparison != 0)
            {
                return comparison;
            }
        }

        return 0;
    }
}

/// <summary>The lowest and highest values among the quotes of one decision.</summary>
internal readonly record struct QuoteRange
{
    public long LowestPrice { get; private init; }

    public long HighestPrice { get; private init; }

    public int LowestEta { get; private init; }

    public int HighestEta { get; private init; }

    public decimal LowestRevenue { get; private init; }

    public decimal HighestRevenue { get; private init; }

    public int KnownRates { get; private init; }

    public decimal LowestRate { get; private init; }

    public decimal HighestRate { get; private init; }

    public static QuoteRange Of(IReadOnlyList<ScoreInput> quotes)
    {
        var range = new QuoteRange
        {
            LowestPrice = long.MaxValue,
            HighestPrice = long.MinValue,
            LowestEta = int.MaxValue,
            HighestEta = int.MinValue,
            LowestRevenue = decimal.MaxValue,
            HighestRevenue = decimal.MinValue,
            LowestRate = decimal.MaxValue,
            HighestRate = decimal.MinValue,
        };
        for (var index = 0; index < quotes.Count; index++)
        {
            range = range.With(quotes[index]);
        }

        return range;
    }

    private QuoteRange With(ScoreInput quote)
    {
        var revenue = quote.CommissionRevenue;
        var rate = quote.Stats?.AvgMarginRate;
        return new QuoteRange
        {
            LowestPrice = Math.Min(LowestPrice, quote.PriceBasisCents),
            HighestPrice = Math.Max(HighestPrice, quote.PriceBasisCents),
            LowestEta = Math.Min(LowestEta, quote.Eta),
            HighestEta = Math.Max(HighestEta, quote.Eta),
            LowestRevenue = Math.Min(LowestRevenue, revenue),
            HighestRevenue = Math.Max(HighestRevenue, revenue),
            KnownRates = KnownRates + (rate is null ? 0 : 1),
            LowestRate = Math.Min(LowestRate, rate ?? LowestRate),
            HighestRate = Math.Max(HighestRate, rate ?? HighestRate),
        };
    }
}

/// <summary>Exact rounding with halves up: a binary float would get some halves wrong.</summary>
internal static class Rounding
{
    public static int Ratio(long numerator, long denominator) => (int)(((2 * numerator) + denominator) / (2 * denominator));

    public static int Ratio(decimal numerator, decimal denominator) =>
        (int)decimal.Floor(((2 * numerator) + denominator) / (2 * denominator));

    public static int HalfUp(decimal value) => (int)decimal.Floor(value + 0.5m);
}
