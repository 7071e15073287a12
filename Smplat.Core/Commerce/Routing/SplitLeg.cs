using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Scoring;

namespace Smplat.Core.Commerce.Routing;

/// <summary>A part of a divided order, quoted by its provider.</summary>
public sealed record SplitLeg(ProviderConfig Config, ProviderQuote Quote, IReadOnlyList<string> ItemIds)
{
    public int EtaMinutes =>
        Quote.Quote.EstimatedDeliveryMinutes is > 0 and var minutes ? minutes : ScoreInput.DefaultEtaMinutes;
}
