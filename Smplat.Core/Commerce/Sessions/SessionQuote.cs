using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Routing;

namespace Smplat.Core.Commerce.Sessions;

/// <summary>A quote as a session keeps it: what a confirmation, a failover and the learning need.</summary>
/// <param name="Quote">Without its availability rows, of which only the counts are kept.</param>
public sealed record SessionQuote(ProviderQuote Quote, decimal Score, decimal CommissionRate, int Found, int Substituted)
{
    public static SessionQuote From(RankedQuote ranked) =>
        new(
            ranked.Quote with { ItemAvailability = [], Raw = null, Fees = [] },
            ranked.Score.WeightedTotal,
            ranked.Config.CommissionRate,
            ranked.Score.Input.Found,
            ranked.Score.Input.Substituted);
}
