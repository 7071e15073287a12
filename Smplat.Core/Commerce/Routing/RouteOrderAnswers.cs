using Smplat.Core.Commerce.Scoring;

namespace Smplat.Core.Commerce.Routing;

/// <summary>Puts a decision into the words of the contract.</summary>
public static class RouteOrderAnswers
{
    private const int ShortAlternatives = 2;

    /// <param name="isKeyed">The caller showed a key and may see commissions.</param>
    public static RouteOrderAnswer From(RouteOutcome.Routed routed, bool isKeyed)
    {
        var decision = routed.Decision;
        var (winner, items) = (decision.Winner, decision.Order.Basket.Items.Count);
        var score = ScoreAnswer.From(winner, items, decision.Weights, isKeyed);
        var whole = new RouteOrderAnswer
        {
            Success = true,
            RequestId = routed.RequestId,
            SelectedProvider = winner.Quote.Provider,
            Provider = winner.Config.Name,
            ProviderId = winner.Config.Id,
            Config = isKeyed ? ConfigAnswer.From(winner.Config) : null,
            Store = winner.Quote.Store,
            Cart = winner.Quote.Cart,
            Quote = winner.Quote.Quote,
            ItemAvailability = winner.Quote.ItemAvailability,
            AffiliateUrl = winner.Quote.AffiliateUrl,
            Pricing = winner.Quote.Pricing,
            Fees = winner.Quote.Fees,
            Raw = winner.Quote.Raw,
            Estimates = winner.Quote.Estimates,
            Score = score.WeightedTotal,
            ScoreBreakdown = score,
            AlternativeQuotes = Alternatives(decision, 1, isKeyed),
            Alternatives = [.. decision.Ranked.Skip(1).Take(ShortAlternatives).Select(Short)],
            Savings = decision.CheapestAlternative is { } cheapest
                ? new SavingsAnswer(cheapest.Config.Id, cheapest.TotalCents, decision.SavingsCents!.Value)
                : null,
            Counterfactual = Counterfactual.Describe(decision),
            ConfirmationToken = routed.Token,
            ExpiresAt = routed.ExpiresAt,
            Message = score.Explanation,
            Warnings = decision.Warnings,
        };
        return decision.Split is { } legs ? SplitAnswers.Apply(whole, decision, legs) : whole;
    }

    /// <param name="from">Rank from which on offers are alternatives.</param>
    internal static AlternativeQuoteAnswer[] Alternatives(RoutingDecision decision, int from, bool isKeyed)
    {
        var others = new AlternativeQuoteAnswer[decision.Ranked.Count - from];
        for (var index = 0; index < others.Length; index++)
        {
            others[index] = Full(decision.Ranked[index + from], decision.Order.Basket.Items.Count, isKeyed);
        }

        return others;
    }

    private static AlternativeQuoteAnswer Full(RankedQuote ranked, int items, bool isKeyed)
    {
        var quote = ranked.Quote;
        return new AlternativeQuoteAnswer(
            quote.Provider,
            quote.Store,
            quote.Cart,
            quote.Quote,
            quote.ItemAvailability,
            quote.AffiliateUrl,
            quote.Pricing,
            quote.Fees,
            Decimals.Trim(ranked.Score.WeightedTotal),
            ScoreAnswer.From(ranked, items, null, isKeyed));
    }

    private static AlternativeAnswer Short(RankedQuote ranked)
    {
        var totals = ranked.Quote.Quote;
        return new AlternativeAnswer(
            ranked.Config.Name,
            ranked.Config.Id,
            totals.TotalCents,
            Decimals.Trim(ranked.Score.WeightedTotal),
            totals.EstimatedDeliveryMinutes ?? 0,
            totals.Total,
            totals.EstimatedDelivery?.Max ?? 0);
    }
}
