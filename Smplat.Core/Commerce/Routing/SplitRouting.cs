using Microsoft.Extensions.Options;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Scoring;

namespace Smplat.Core.Commerce.Routing;

/// <summary>
/// Divides a basket when the shopper allows it and it pays. The plan is made from the quotes at hand; each part is then
/// quoted by its provider, and only real quotes decide.
/// </summary>
public sealed class SplitRouting(
    ProviderGateways gateways, IOptionsMonitor<SplitOptions> options, TimeProvider clock)
{
    /// <param name="budget">Longest wait for the quotes of the parts.</param>
    /// <returns>The parts, dearest first; null when the order stays whole.</returns>
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
        if (plan is not { IsDivided: true }
            || !SplitPolicy.Pays(new SplitFigures(plan.Found, plan.TotalCents, plan.EtaMinutes), single, strategy, settings))
        {
            return null;
        }

        var legs = await QuoteAsync(order, ranked, plan, budget, cancellationToken);
        return legs is not null
            && SplitPolicy.Pays(Figures(legs), single, strategy, settings)
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
        var part = order.Basket with { Items = items, CartHash = CartHash.Of(items, order.Basket.Address) };
        var outcome = await gateways.For(config.Id).QuoteAsync(part, config, cancellationToken);
        return outcome is QuoteOutcome.Quoted { Quote: var quote } && ViabilityPolicy.Check(quote, part, config.Id) is null
            ? new SplitLeg(config, quote, leg.ItemIds)
            : null;
    }

    /// <summary>The shopper's limits hold for the sum of the parts, unless no undivided offer keeps them either.</summary>
    private static bool KeepsLimits(IReadOnlyList<SplitLeg> legs, RankedQuote winner, RoutingPreferences preferences) =>
        LimitPolicy.IsWithin(QuoteTotals.Sum([.. legs.Select(leg => leg.Quote.Quote)]), preferences)
        || !LimitPolicy.IsWithin(winner.Quote.Quote, preferences);

    private static SplitFigures Single(IReadOnlyList<RankedQuote> ranked) =>
        ranked
            .Select(quote => new SplitFigures(
                quote.Score.Input.Found + quote.Score.Input.Substituted, quote.TotalCents, quote.Score.Input.Eta))
            .OrderByDescending(figures => figures.Found)
            .ThenBy(figures => figures.TotalCents)
            .First();

    private static SplitFigures Figures(IReadOnlyList<SplitLeg> legs) =>
        new(
            legs.Sum(leg => leg.Quote.FoundCount + leg.Quote.SubstitutedCount),
            legs.Sum(leg => leg.Quote.Quote.TotalCents),
            legs.Max(leg => leg.EtaMinutes));
}
