using Smplat.Core.Commerce.Scoring;

namespace Smplat.Core.Commerce.Routing;

/// <summary>The score of a quote as shown to callers.</summary>
public sealed record ScoreAnswer(
    int PriceScore,
    int SpeedScore,
    int AvailabilityScore,
    int MarginScore,
    int ReliabilityScore,
    decimal WeightedTotal,
    string Explanation,
    IReadOnlyList<string> Factors,
    WeightsAnswer? Weights,
    ScoreInputsAnswer Inputs)
{
    /// <param name="weights">Given for the winner, whose weights are those of the whole decision.</param>
    /// <param name="isKeyed">Callers with a key also see what we earn; shoppers do not.</param>
    public static ScoreAnswer From(RankedQuote ranked, int itemsRequested, ScoreWeights? weights, bool isKeyed)
    {
        var score = ranked.Score;
        var factors = score.Factors;
        return new ScoreAnswer(
            score.PriceScore,
            score.SpeedScore,
            score.AvailabilityScore,
            score.MarginScore,
            score.ReliabilityScore,
            Decimals.Trim(score.WeightedTotal),
            ScoreFactors.Explain(ranked.Config.Name, factors, weights is not null),
            isKeyed ? factors : [.. factors.Where(factor => factor != ScoreFactors.GoodCommission)],
            weights is null ? null : WeightsAnswer.From(weights),
            new ScoreInputsAnswer(
                score.Input.TotalCents,
                score.Input.EtaMinutes,
                score.Input.Found,
                score.Input.Substituted,
                itemsRequested - score.Input.Found - score.Input.Substituted,
                score.Input.Priority,
                isKeyed ? score.Input.CommissionRate : null,
                isKeyed ? ranked.CommissionCents : null));
    }
}

/// <summary>The weights in effect, bent by the preference.</summary>
public sealed record WeightsAnswer(
    decimal Priority, decimal Price, decimal Speed, decimal Availability, decimal Margin, decimal Reliability)
{
    public static WeightsAnswer From(ScoreWeights weights) =>
        new(
            Decimals.Trim(weights.Priority),
            Decimals.Trim(weights.Price),
            Decimals.Trim(weights.Speed),
            Decimals.Trim(weights.Availability),
            Decimals.Trim(weights.Margin),
            Decimals.Trim(weights.Reliability));
}

/// <summary>The raw facts that were scored.</summary>
public sealed record ScoreInputsAnswer(
    long TotalCents,
    int? EtaMinutes,
    int Found,
    int Substituted,
    int Unavailable,
    int Priority,
    decimal? CommissionRate,
    long? CommissionCents);
