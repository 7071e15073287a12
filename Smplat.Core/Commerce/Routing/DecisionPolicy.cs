using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Scoring;

namespace Smplat.Core.Commerce.Routing;

/// <summary>Turns usable quotes into a decision. Pure: the same quotes, weights and standings give the same decision.</summary>
public static class DecisionPolicy
{
    /// <param name="viable">At least one.</param>
    /// <param name="weights">As configured, before the shopper's preference bends them.</param>
    /// <param name="rule">The rule in force.</param>
    /// <param name="standings">By provider; null where nothing is known.</param>
    public static RoutingDecision Decide(
        RouteOrder order,
        IReadOnlyList<ProviderAttempt> viable,
        ScoreWeights weights,
        ScoreRule rule,
        Func<ProviderId, ProviderStanding?> standings)
    {
        var warnings = new List<string>(order.Warnings);
        var kept = LimitPolicy.Apply(viable, order.Preferences, warnings);
        var inputs = new ScoreInput[kept.Count];
        for (var index = 0; index < inputs.Length; index++)
        {
            inputs[index] = Input(kept[index], order.Preferences, standings);
        }

        AddComparableTotals(inputs, kept, order.Basket.Items);

        var effective = weights.For(order.Preferences.OptimizeFor);
        var scores = RuleScorer.Rank(inputs, order.Basket.Items.Count, effective, rule);
        var ranked = new RankedQuote[scores.Length];
        for (var index = 0; index < ranked.Length; index++)
        {
            ranked[index] = Join(scores[index], kept);
        }

        AddWinnerWarnings(ranked[0].Quote, warnings);
        return new RoutingDecision(order, ranked, effective, warnings)
        {
            Overruled = rule.FairGuard ? Overruled(inputs, order.Basket.Items.Count, effective, rule, scores[0].Provider) : null,
        };
    }

    private static ProviderId? Overruled(
        ScoreInput[] inputs, int items, ScoreWeights weights, ScoreRule rule, ProviderId winner)
    {
        var unguarded = RuleScorer.Rank(inputs, items, weights, rule with { FairGuard = false })[0].Provider;
        return unguarded == winner ? null : unguarded;
    }

    private static ScoreInput Input(
        ProviderAttempt attempt, RoutingPreferences preferences, Func<ProviderId, ProviderStanding?> standings)
    {
        var (config, quote) = (attempt.Config, attempt.Quote!);
        var total = quote.Quote.TotalCents;
        return new ScoreInput(
            config.Id,
            config.Priority,
            total,
            total,
            quote.Quote.EstimatedDeliveryMinutes,
            quote.FoundCount,
            quote.SubstitutedCount,
            config.CommissionRate,
            standings(config.Id),
            preferences.Preferred.Contains(config.Id));
    }

    private static void AddComparableTotals(
        ScoreInput[] inputs, IReadOnlyList<ProviderAttempt> attempts, IReadOnlyList<RequestedItem> items)
    {
        if (attempts.All(attempt => attempt.Quote!.Cart.Count >= items.Count))
        {
            return;
        }

        var quotes = attempts.Select(attempt => attempt.Quote!).ToArray();
        for (var index = 0; index < inputs.Length; index++)
        {
            inputs[index] = inputs[index] with { ComparableCents = ComparableBasket.TotalOf(quotes[index], quotes, items) };
        }
    }

    private static RankedQuote Join(ScoreBreakdown score, IReadOnlyList<ProviderAttempt> attempts)
    {
        foreach (var attempt in attempts)
        {
            if (attempt.Config.Id == score.Provider)
            {
                return new RankedQuote(attempt.Config, attempt.Quote!, score);
            }
        }

        throw new InvalidOperationException($"No quote of {score.Provider} was scored.");
    }

    private static void AddWinnerWarnings(ProviderQuote winner, List<string> warnings)
    {
        switch (winner.Pricing)
        {
            case PricingMode.Mock:
                warnings.Add(MockSwitchGateway.MockWarning);
                break;
            case PricingMode.Estimated:
                warnings.Add("Prices are estimated; the provider shows the final price");
                break;
            case PricingMode.Live:
            default:
                break;
        }

        if (winner.Warnings is { } notes)
        {
            warnings.AddRange(notes);
        }
    }
}
