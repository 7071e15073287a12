using Microsoft.Extensions.Options;
using Smplat.Core.Commerce.Providers;
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

    /// <summary>The parts of a split order, most expensive first; the token then confirms these instead of the winner alone.</summary>
    public IReadOnlyList<SplitLeg>? Split { get; init; }

    /// <summary>What the shopper is asked to pay.</summary>
    public long TotalCents => Split?.Sum(leg => leg.Quote.Quote.TotalCents) ?? Winner.TotalCents;

    /// <summary>Minutes until everything is delivered.</summary>
    public int EtaMinutes => Split?.Max(leg => leg.EtaMinutes) ?? Winner.Score.Input.Eta;

    /// <summary>The offers that were not taken, in rank order: all single-provider offers when the order is split.</summary>
    public IEnumerable<RankedQuote> Others => Ranked.Skip(Split is null ? 1 : 0);

    /// <summary>The provider of the order, or of its most expensive part.</summary>
    public ProviderId Selected => Split is { } legs ? legs[0].Config.Id : Winner.Config.Id;

    /// <summary>Whether all of the order is priced by mocks.</summary>
    public bool IsMock => Split?.All(leg => leg.Quote.IsMock) ?? Winner.Quote.IsMock;

    /// <summary>Commission expected of the order, or of its real parts when only some are mocks.</summary>
    public long CommissionCents =>
        Split is null ? Winner.CommissionCents : Booked.Sum(leg => Cents.Share(leg.Quote.Quote.TotalCents, leg.Config.CommissionRate));

    /// <summary>What the order costs, or its real parts when only some are mocks.</summary>
    public long BookedCents => Split is null ? TotalCents : Booked.Sum(leg => leg.Quote.Quote.TotalCents);

    /// <summary>The cheapest alternative whose price can be compared: a real price is never measured against an invented one.</summary>
    public RankedQuote? ComparableAlternative => Split is not null && Booked.Count() < Split.Count
        ? null
        : Others.Where(quote => quote.Quote.IsMock == IsMock).MinBy(quote => quote.TotalCents);

    private IEnumerable<SplitLeg> Booked => Split!.Where(leg => IsMock || !leg.Quote.IsMock);

    /// <summary>Arm of the running experiment, as <c>name:arm</c>.</summary>
    public string? Arm { get; init; }

    /// <summary>The provider that would have won without the shopper-fair guard; null when the guard changed nothing.</summary>
    public ProviderId? Overruled { get; init; }

    /// <summary>The cheapest of the others; null when there is no other.</summary>
    public RankedQuote? CheapestAlternative => Others.MinBy(quote => quote.TotalCents);

    /// <summary>What the shopper saves against the cheapest alternative; negative when it would have been cheaper.</summary>
    public long? SavingsCents => CheapestAlternative?.TotalCents - TotalCents;
}

/// <summary>A quote with its score.</summary>
public sealed record RankedQuote(ProviderConfig Config, ProviderQuote Quote, ScoreBreakdown Score)
{
    public long TotalCents => Quote.Quote.TotalCents;

    /// <summary>Commission that the order is expected to earn.</summary>
    public long CommissionCents => Cents.Share(TotalCents, Config.CommissionRate);
}

/// <summary>Decides by the settings in force: the weights of the shopper's experiment arm, the scoring rule, and whether to split.</summary>
public sealed class DecisionMaker(
    IOptionsMonitor<ScoringOptions> scoring,
    IOptionsMonitor<ExperimentOptions> experiments,
    ProviderStatsCache stats,
    SplitRouting splits)
{
    /// <param name="viable">At least one.</param>
    /// <param name="splitBudget">Longest wait for the quotes of the parts, if splitting is worthwhile.</param>
    public async Task<RoutingDecision> DecideAsync(
        string requestId, RouteOrder order, IReadOnlyList<ProviderAttempt> viable, TimeSpan splitBudget, CancellationToken cancellationToken)
    {
        var settings = scoring.CurrentValue;
        var (weights, arm) = ExperimentAssignment.Apply(experiments.CurrentValue, order.UserId ?? requestId, settings.ToWeights());
        var decision = DecisionPolicy.Decide(order, viable, weights, settings.ToRule(), stats.For);
        return decision with
        {
            Arm = arm,
            Split = await splits.TryAsync(order, decision.Ranked, splitBudget, cancellationToken),
        };
    }
}

/// <summary>Turns usable quotes into a decision. Pure: the same quotes, weights and statistics give the same decision.</summary>
internal static class DecisionPolicy
{
    /// <param name="viable">At least one.</param>
    /// <param name="weights">As configured, before they are adjusted for the shopper's preference.</param>
    /// <param name="stats">By provider; null where nothing is known.</param>
    public static RoutingDecision Decide(
        RouteOrder order,
        IReadOnlyList<ProviderAttempt> viable,
        ScoreWeights weights,
        ScoreRule rule,
        Func<ProviderId, ProviderStats?> stats)
    {
        var warnings = new List<string>(order.Warnings);
        var kept = LimitPolicy.Apply(viable, order.Preferences, warnings);
        var inputs = new ScoreInput[kept.Count];
        for (var index = 0; index < inputs.Length; index++)
        {
            inputs[index] = Input(kept[index], order.Preferences, stats);
        }

        AddComparableTotals(inputs, kept, order.Basket.Items);

        var adjusted = weights.For(order.Preferences.OptimizeFor);
        var scores = Scorer.Rank(inputs, order.Basket.Items.Count, adjusted, rule);
        var ranked = new RankedQuote[scores.Length];
        for (var index = 0; index < ranked.Length; index++)
        {
            ranked[index] = Join(scores[index], kept);
        }

        AddWinnerWarnings(ranked[0].Quote, warnings);
        return new RoutingDecision(order, ranked, adjusted, warnings)
        {
            Overruled = rule.FairGuard ? Overruled(inputs, order.Basket.Items.Count, adjusted, rule, scores[0].Provider) : null,
        };
    }

    private static ScoreInput Input(
        ProviderAttempt attempt, RoutingPreferences preferences, Func<ProviderId, ProviderStats?> stats)
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
            config.CommissionRate)
        {
            Stats = stats(config.Id),
            IsPreferred = preferences.Preferred.Contains(config.Id),
        };
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

    private static ProviderId? Overruled(
        ScoreInput[] inputs, int items, ScoreWeights weights, ScoreRule rule, ProviderId winner)
    {
        var unguarded = Scorer.Rank(inputs, items, weights, rule with { FairGuard = false })[0].Provider;
        return unguarded == winner ? null : unguarded;
    }
}

/// <summary>
/// Drops the quotes beyond the shopper's limits. When all are beyond, all stay and the answer says so: the shopper can decline
/// an order beyond a limit, but cannot accept an empty answer.
/// </summary>
internal static class LimitPolicy
{
    public const string Warning = "No offer meets the limits of the preferences; the offers shown exceed them";

    public static IReadOnlyList<ProviderAttempt> Apply(
        IReadOnlyList<ProviderAttempt> viable, RoutingPreferences preferences, List<string> warnings)
    {
        if (preferences is { MaxDeliveryMinutes: null, MaxDeliveryFeeCents: null, MaxPriceCents: null })
        {
            return viable;
        }

        var within = viable.Where(attempt => IsWithin(attempt.Quote!.Quote, preferences)).ToArray();
        if (within.Length > 0)
        {
            return within;
        }

        warnings.Add(Warning);
        return viable;
    }

    /// <summary>An unknown delivery time counts as the default that the ranking assumes.</summary>
    public static bool IsWithin(QuoteTotals totals, RoutingPreferences preferences)
    {
        var minutes = totals.EstimatedDeliveryMinutes is > 0 and var eta ? eta : ScoreInput.DefaultEtaMinutes;
        return !(minutes > preferences.MaxDeliveryMinutes)
            && !(totals.FeesCents > preferences.MaxDeliveryFeeCents)
            && !(totals.TotalCents > preferences.MaxPriceCents);
    }
}

/// <summary>
/// What a basket would cost with every item in it: each missing item is added at the median price of the providers that have
/// it, or else at the caller's price hint, or else at a rough unit price, plus 10 percent for buying it elsewhere.
/// </summary>
internal static class ComparableBasket
{
    private const long RoughUnitCents = 500;
    private const int WithPenaltyPercent = 110;

    /// <returns>Null when no item is missing.</returns>
    public static long? TotalOf(ProviderQuote quote, IReadOnlyList<ProviderQuote> all, IReadOnlyList<RequestedItem> items)
    {
        if (quote.Cart.Count >= items.Count)
        {
            return null;
        }

        var held = quote.Cart.Select(line => line.ClientItemId).ToHashSet(StringComparer.Ordinal);
        var missing = items.Where(item => !held.Contains(item.Id)).Sum(item => Price(item, all));
        return quote.Quote.TotalCents + Cents.Round(missing * WithPenaltyPercent / 100m);
    }

    private static long Price(RequestedItem item, IReadOnlyList<ProviderQuote> all)
    {
        var prices = all
            .Select(quote => quote.Cart.FirstOrDefault(line => line.ClientItemId == item.Id)?.LineCents)
            .OfType<long>()
            .Order()
            .ToArray();
        return prices.Length > 0
            ? Cents.Round((prices[(prices.Length - 1) / 2] + prices[prices.Length / 2]) / 2m)
            : Cents.Line(item.PriceHintCents ?? RoughUnitCents, item.Quantity);
    }
}
