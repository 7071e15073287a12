using Smplat.Core.Commerce.Providers;

namespace Smplat.Core.Commerce.Scoring;

/// <summary>A quote with its place in the ranking.</summary>
public sealed record RankedQuote(ProviderConfig Config, ProviderQuote Quote, ScoreBreakdown Score)
{
    public long TotalCents => Quote.Quote.TotalCents;

    /// <summary>Commission that the order is expected to earn.</summary>
    public long CommissionCents => Cents.Share(TotalCents, Config.CommissionRate);
}
