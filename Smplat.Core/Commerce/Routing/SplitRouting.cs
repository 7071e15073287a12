using Microsoft.Extensions.Options;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Scoring;

namespace Smplat.Core.Commerce.Routing;

/// <summary>A part of a split order, quoted by its provider.</summary>
public sealed record SplitLeg(ProviderConfig Config, ProviderQuote Quote, IReadOnlyList<string> ItemIds)
{
    public int EtaMinutes =>
        Quote.Quote.EstimatedDeliveryMinutes is > 0 and var minutes ? minutes : ScoreInput.DefaultEtaMinutes;
}

/// <summary>
/// Splits an order among providers when the shopper allows it and it is worthwhile. The plan is made from the quotes of the
/// whole basket; each part is then quoted by its provider, and only those quotes decide.
/// </summary>
public sealed class SplitRouting(
    ProviderGateways gateways, IOptionsMonitor<SplitOptions> options, TimeProvider clock)
{
    /// <param name="budget">Longest wait for the quotes of the parts.</param>
    /// <returns>The parts, most expensive first; null when the order is not split.</returns>
    public async Task<IReadOnlyList<SplitLeg>?> TryAsync(
        RouteOrder order, IReadOnlyList<RankedQuote> ranked, TimeSpan budget, CancellationToken cancellationToken)
    {
        var settings = options.CurrentValue;
        if (!settings.Enabled || !order.Preferences.AllowSplitOrders || ranked.Count < 2 || order.Basket.Items.Count < 2)
        {
            return null;
        }

        var strategy = order.Preferences.SplitStrategy;
        var single = Single(ranked);
        var plan = SplitPlanner.Best(
            [.. ranked.Select(quote => SplitOffer.From(quote.Quote))], [.. order.Basket.Items.Select(item => item.Id)], strategy);
        if (plan is not { IsSplit: true }
            || !SplitPolicy.IsWorthwhile(new SplitSummary(plan.Found, plan.TotalCents, plan.EtaMinutes), single, strategy, settings))
        {
            return null;
        }

        var legs = await QuoteAsync(order, ranked, plan, budget, cancellationToken);
        return legs is not null
            && SplitPolicy.IsWorthwhile(Summary(legs), single, strategy, settings)
            && KeepsLimits(legs, ranked[0], order.Preferences)
                ? legs
                : null;
    }

    private async Task<IReadOnlyList<SplitLeg>?> QuoteAsync(
        RouteOrder order, IReadOnlyList<RankedQuote> ranked, SplitPlan plan, TimeSpan budget, CancellationToken cancellationToken)
    {
        if (budget <= TimeSpan.Zero)
        {
            return null;
        }

        var quotes = Task.WhenAll(plan.Legs.Select(leg => QuoteLegAsync(
            order, ranked.First(quote => quote.Config.Id == leg.Provider).Config, leg, cancellationToken)));
        try
        {
            var legs = await quotes.WaitAsync(budget, clock, cancellationToken);
            return Array.TrueForAll(legs, leg => leg is not null) ? [.. legs.OfType<SplitLeg>()] : null;
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    private async Task<SplitLeg?> QuoteLegAsync(
        RouteOrder order, ProviderConfig config, PlannedLeg leg, CancellationToken cancellationToken)
    {
        var items = order.Basket.Items.Where(item => leg.ItemIds.Contains(item.Id)).ToArray();
        var part = order.Basket with { Items = items, CartHash = CartHash.Compute(items, order.Basket.Address) };
        var outcome = await gateways.For(config.Id).QuoteAsync(part, config, cancellationToken);
        return outcome is QuoteOutcome.Quoted { Quote: var quote } && ViabilityPolicy.Check(quote, part, config.Id) is null
            ? new SplitLeg(config, quote, leg.ItemIds)
            : null;
    }

    /// <summary>The sum of the parts must be within the shopper's limits, unless the best single-provider offer is beyond them too.</summary>
    private static bool KeepsLimits(IReadOnlyList<SplitLeg> legs, RankedQuote winner, RoutingPreferences preferences) =>
        LimitPolicy.IsWithin(QuoteTotals.Sum([.. legs.Select(leg => leg.Quote.Quote)]), preferences)
        || !LimitPolicy.IsWithin(winner.Quote.Quote, preferences);

    private static SplitSummary Single(IReadOnlyList<RankedQuote> ranked) =>
        ranked
            .Select(quote => new SplitSummary(
                quote.Score.Input.Found + quote.Score.Input.Substituted, quote.TotalCents, quote.Score.Input.Eta))
            .OrderByDescending(offer => offer.Found)
            .ThenBy(offer => offer.TotalCents)
            .First();

    private static SplitSummary Summary(IReadOnlyList<SplitLeg> legs) =>
        new(
            legs.Sum(leg => leg.Quote.FoundCount + leg.Quote.SubstitutedCount),
            legs.Sum(leg => leg.Quote.Quote.TotalCents),
            legs.Max(leg => leg.EtaMinutes));
}

/// <summary>Whether a split is worthwhile: more items, enough saved, or, when the shopper wants speed, enough time saved.</summary>
internal static class SplitPolicy
{
    private const int MinMinutesSaved = 15;
    private const int MaxExtraCostPercent = 15;

    /// <param name="single">The best single-provider offer: most items first, then the lowest total.</param>
    public static bool IsWorthwhile(SplitSummary split, SplitSummary single, SplitStrategy strategy, SplitOptions options)
    {
        if (split.Found != single.Found)
        {
            return split.Found > single.Found;
        }

        var saving = single.TotalCents - split.TotalCents;
        var isCheaper = saving >= options.MinSavingCents && 100 * saving >= options.MinSavingPercent * single.TotalCents;
        var isFaster = strategy == SplitStrategy.Speed
            && single.EtaMinutes - split.EtaMinutes >= MinMinutesSaved
            && 100 * split.TotalCents <= (100 + MaxExtraCostPercent) * single.TotalCents;
        return isCheaper || isFaster;
    }
}

/// <summary>What decides between a split order and a single provider.</summary>
internal readonly record struct SplitSummary(int Found, long TotalCents, int EtaMinutes);
