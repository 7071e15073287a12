using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Scoring;

namespace Smplat.Core.Commerce.Routing;

/// <summary>What a provider asks for each item, and for coming at all.</summary>
/// <param name="Prices">Cents of the requested quantity by item id; missing items are not there.</param>
/// <param name="TaxRate">Tax as a share of the subtotal, as quoted.</param>
internal sealed record SplitOffer(
    ProviderId Provider,
    int EtaMinutes,
    long FeeCents,
    long? FreeFromCents,
    decimal TaxRate,
    IReadOnlyDictionary<string, long> Prices)
{
    public static SplitOffer From(ProviderQuote quote)
    {
        var totals = quote.Quote;
        return new SplitOffer(
            quote.Provider.Id,
            totals.EstimatedDeliveryMinutes is > 0 and var minutes ? minutes : ScoreInput.DefaultEtaMinutes,
            quote.Tariff?.FeeCents ?? totals.FeesCents,
            quote.Tariff?.FreeFromCents,
            totals.SubtotalCents == 0 ? 0 : (decimal)totals.TaxCents / totals.SubtotalCents,
            quote.Cart.GroupBy(line => line.ClientItemId).ToDictionary(lines => lines.Key, lines => lines.Sum(line => line.LineCents)));
    }

    public long FeeFor(long subtotalCents) => subtotalCents >= FreeFromCents ? 0 : FeeCents;

    public long TotalFor(long subtotalCents) => subtotalCents + FeeFor(subtotalCents) + Cents.Share(subtotalCents, TaxRate);
}
