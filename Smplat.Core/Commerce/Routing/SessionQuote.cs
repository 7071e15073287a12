using System.Text.Json.Serialization;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Scoring;

namespace Smplat.Core.Commerce.Routing;

/// <summary>A quote as a session keeps it: what a confirmation, a failover and the learning need.</summary>
/// <param name="Quote">Without its availability rows, of which only the counts are kept.</param>
public sealed record SessionQuote(ProviderQuote Quote, decimal Score, decimal CommissionRate, int Found, int Substituted)
{
    /// <summary>Set on the parts of a split order, in the order in which they are confirmed.</summary>
    public int? Leg { get; init; }

    /// <summary>Ids of the items of a part; null means all of the basket.</summary>
    public IReadOnlyList<string>? ItemIds { get; init; }

    [JsonIgnore]
    public ProviderId Provider => Quote.Provider.Id;

    [JsonIgnore]
    public long TotalCents => Quote.Quote.TotalCents;

    [JsonIgnore]
    public long CommissionCents => Cents.Share(TotalCents, CommissionRate);

    public static SessionQuote From(RankedQuote ranked) =>
        new(
            ranked.Quote with { ItemAvailability = [], Raw = null, Fees = [] },
            ranked.Score.WeightedTotal,
            ranked.Config.CommissionRate,
            ranked.Score.Input.Found,
            ranked.Score.Input.Substituted);

    public static SessionQuote From(SplitLeg leg, int number) =>
        new(
            leg.Quote with { ItemAvailability = [], Raw = null, Fees = [] },
            0,
            leg.Config.CommissionRate,
            leg.Quote.FoundCount,
            leg.Quote.SubstitutedCount)
        {
            Leg = number,
            ItemIds = leg.ItemIds,
        };
}
