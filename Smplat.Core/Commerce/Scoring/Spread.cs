namespace Smplat.Core.Commerce.Scoring;

/// <summary>The ends of what the quotes of one decision offer.</summary>
internal readonly record struct Spread
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

    public static Spread Of(IReadOnlyList<ScoreInput> quotes)
    {
        var spread = new Spread
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
            spread = spread.With(quotes[index]);
        }

        return spread;
    }

    private Spread With(ScoreInput quote)
    {
        var revenue = quote.CommissionRevenue;
        var rate = quote.Standing?.AvgMarginRate;
        return new Spread
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
