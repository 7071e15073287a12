using Smplat.Core.Commerce.Providers.MealMe;

namespace Smplat.Functions.Commerce.MealMe;

public sealed record QuotesAnswer(
    bool Success, IReadOnlyList<QuotesAnswer.Quote> Quotes, QuotesAnswer.Quote? Cheapest, QuotesAnswer.Quote? Fastest)
{
    public static QuotesAnswer From(IReadOnlyList<DeliveryQuote> quotes) => new(
        true,
        [.. quotes.Select(Quote.From)],
        quotes.Where(quote => quote.IsCheapest).Select(Quote.From).FirstOrDefault(),
        quotes.Where(quote => quote.IsFastest).Select(Quote.From).FirstOrDefault());

    /// <param name="Fee">Dollars, for older clients.</param>
    public sealed record Quote(string Provider, int? EtaMinutes, long FeeCents, decimal Fee)
    {
        public static Quote From(DeliveryQuote quote) => new(quote.Provider, quote.EtaMinutes, quote.FeeCents, quote.Fee);
    }
}
