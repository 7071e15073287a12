using System.Text.Json.Serialization;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Scoring;

namespace Smplat.Core.Commerce.Routing;

/// <summary>
/// All that a decision was made from, in few bytes: stored with each <c>router_decision</c> line, so that the decision can
/// be made again with other weights.
/// </summary>
public sealed record DecisionRecord(
    [property: JsonPropertyName("pref")] string Preference,
    [property: JsonPropertyName("items")] int ItemsRequested,
    [property: JsonPropertyName("score")] decimal Score,
    [property: JsonPropertyName("parts")] IReadOnlyList<int> WinnerComponents,
    [property: JsonPropertyName("quotes")] IReadOnlyList<DecisionQuote> Quotes)
{
    /// <summary>Arm of a running experiment, when there is one.</summary>
    [JsonPropertyName("arm")]
    public string? Arm { get; init; }

    /// <summary>Who would have won without the shopper-fair guard.</summary>
    [JsonPropertyName("overruled")]
    public ProviderId? Overruled { get; init; }

    public static DecisionRecord From(RoutingDecision decision)
    {
        var score = decision.Winner.Score;
        var quotes = new DecisionQuote[decision.Ranked.Count];
        for (var index = 0; index < quotes.Length; index++)
        {
            quotes[index] = DecisionQuote.From(decision.Ranked[index].Score.Input);
        }

        return new DecisionRecord(
            decision.Order.Preferences.OptimizeFor.ToLabel(),
            decision.Order.Basket.Items.Count,
            score.WeightedTotal,
            [score.PriceScore, score.SpeedScore, score.AvailabilityScore, score.MarginScore, score.ReliabilityScore],
            quotes)
        {
            Overruled = decision.Overruled,
            Arm = decision.Arm,
        };
    }
}

/// <summary>One quote of a stored decision, in rank order.</summary>
public sealed record DecisionQuote(
    [property: JsonPropertyName("p")] ProviderId Provider,
    [property: JsonPropertyName("pr")] int Priority,
    [property: JsonPropertyName("t")] long TotalCents,
    [property: JsonPropertyName("b")] long? ComparableCents,
    [property: JsonPropertyName("e")] int? EtaMinutes,
    [property: JsonPropertyName("f")] int Found,
    [property: JsonPropertyName("s")] int Substituted,
    [property: JsonPropertyName("c")] decimal CommissionRate,
    [property: JsonPropertyName("sr")] decimal? SuccessRate,
    [property: JsonPropertyName("mr")] decimal? MarginRate,
    [property: JsonPropertyName("n")] decimal? Orders,
    [property: JsonPropertyName("w")] bool? IsPreferred)
{
    public static DecisionQuote From(ScoreInput input) =>
        new(
            input.Provider,
            input.Priority,
            input.TotalCents,
            input.ComparableCents,
            input.EtaMinutes,
            input.Found,
            input.Substituted,
            input.CommissionRate,
            input.Standing?.SuccessRate,
            input.Standing?.AvgMarginRate,
            input.Standing?.TotalOrders,
            input.IsPreferred ? true : null);

    public ScoreInput ToInput() =>
        new(
            Provider,
            Priority,
            TotalCents,
            TotalCents,
            EtaMinutes,
            Found,
            Substituted,
            CommissionRate,
            SuccessRate is null && MarginRate is null ? null : new ProviderStanding(SuccessRate, MarginRate, Orders ?? 0),
            IsPreferred ?? false)
        {
            ComparableCents = ComparableCents,
        };
}
