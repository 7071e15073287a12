using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Requests;
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

    /// <summary>The provider that the shopper-fair guard overruled; null when it had no say.</summary>
    public ProviderId? Overruled { get; init; }

    /// <summary>The cheapest of the others; null when there is no other.</summary>
    public RankedQuote? CheapestAlternative => Ranked.Skip(1).MinBy(quote => quote.TotalCents);

    /// <summary>What the shopper saves against the cheapest alternative; negative when it would have been cheaper.</summary>
    public long? SavingsCents => CheapestAlternative?.TotalCents - Winner.TotalCents;
}
