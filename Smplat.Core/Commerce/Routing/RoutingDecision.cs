using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Scoring;

namespace Smplat.Core.Commerce.Routing;

/// <summary>A finished decision: the ranking and everything that explains it.</summary>
/// <param name="Ranked">Best first, never empty.</param>
public sealed record RoutingDecision(
    RouteOrder Order,
    IReadOnlyList<RankedQuote> Ranked,
    ScoreWeights Weights,
    IReadOnlyList<string> Warnings)
{
    public RankedQuote Winner => Ranked[0];

    /// <summary>The parts, when the basket is divided; the token then confirms these and not the winner alone.</summary>
    public IReadOnlyList<SplitLeg>? Split { get; init; }

    /// <summary>What the shopper is asked to pay.</summary>
    public long TotalCents => Split?.Sum(leg => leg.Quote.Quote.TotalCents) ?? Winner.TotalCents;

    /// <summary>When all of it has come.</summary>
    public int EtaMinutes => Split?.Max(leg => leg.EtaMinutes) ?? Winner.Score.Input.Eta;

    /// <summary>The offers that were not taken, in rank order: with a divided basket, all undivided ones.</summary>
    public IEnumerable<RankedQuote> Others => Ranked.Skip(Split is null ? 1 : 0);

    /// <summary>The provider of the order, or of its dearest part.</summary>
    public ProviderId Selected => Split is { } legs ? legs[0].Config.Id : Winner.Config.Id;

    public long CommissionCents =>
        Split?.Sum(leg => Cents.Share(leg.Quote.Quote.TotalCents, leg.Config.CommissionRate)) ?? Winner.CommissionCents;

    /// <summary>Arm of the running experiment, as <c>name:arm</c>.</summary>
    public string? Arm { get; init; }

    /// <summary>The provider that the shopper-fair guard overruled; null when it had no say.</summary>
    public ProviderId? Overruled { get; init; }

    /// <summary>The cheapest of the others; null when there is no other.</summary>
    public RankedQuote? CheapestAlternative => Others.MinBy(quote => quote.TotalCents);

    /// <summary>What the shopper saves against the cheapest alternative; negative when it would have been cheaper.</summary>
    public long? SavingsCents => CheapestAlternative?.TotalCents - TotalCents;
}
