using System.Globalization;
using Smplat.Core.Commerce.Providers;

namespace Smplat.Core.Commerce.Routing;

/// <summary>A part of a divided order.</summary>
public sealed record SplitOrderAnswer(
    QuotedProvider Provider,
    ProviderId ProviderId,
    IReadOnlyList<CartLine> Cart,
    QuoteTotals Quote,
    string? AffiliateUrl,
    PricingMode Pricing);

/// <summary>Words a divided order: the parts by themselves, and their sum where older clients look for one order.</summary>
internal static class SplitAnswers
{
    public static RouteOrderAnswer Apply(RouteOrderAnswer whole, RoutingDecision decision, IReadOnlyList<SplitLeg> legs)
    {
        var totals = QuoteTotals.Sum([.. legs.Select(leg => leg.Quote.Quote)]);
        var found = legs.SelectMany(leg => leg.Quote.ItemAvailability)
            .Where(row => row.Status != AvailabilityStatus.Unavailable)
            .ToDictionary(row => row.ClientItemId);
        ItemAvailability[] availability =
        [
            .. decision.Order.Basket.Items.Select(item => found.GetValueOrDefault(item.Id)
                ?? new ItemAvailability(item.Id, item.Name, AvailabilityStatus.Unavailable, false)),
        ];
        var names = $"{string.Join(", ", legs.SkipLast(1).Select(leg => leg.Config.Name))} and {legs[^1].Config.Name}";
        return whole with
        {
            SelectedProvider = legs[0].Quote.Provider,
            Provider = legs[0].Config.Name,
            ProviderId = legs[0].Config.Id,
            Store = legs[0].Quote.Store,
            Cart = [.. legs.SelectMany(leg => leg.Quote.Cart)],
            Quote = totals,
            ItemAvailability = availability,
            AffiliateUrl = null,
            Pricing = legs.Max(leg => leg.Quote.Pricing),
            Estimates = legs.SelectMany(leg => leg.Quote.Estimates ?? []).Distinct().ToArray() is { Length: > 0 } estimates ? estimates : null,
            Raw = null,
            Fees = [.. legs.SelectMany(leg => leg.Quote.Fees)],
            IsSplitOrder = true,
            Orders = [.. legs.Select(Part)],
            UnavailableItems = [.. availability.Where(row => row.Status == AvailabilityStatus.Unavailable).Select(row => row.RequestedItem)],
            TotalCost = totals.Total,
            TotalItems = found.Count,
            AlternativeQuotes = RouteOrderAnswers.Alternatives(decision, 0, whole.Config is not null),
            Message = Explain(names, whole, totals, found.Count),
            Warnings = [.. decision.Warnings.Concat(legs.SelectMany(Warnings)).Distinct()],
        };
    }

    private static string Explain(string names, RouteOrderAnswer whole, QuoteTotals totals, int found)
    {
        var single = whole.ItemAvailability.Count(row => row.Status != AvailabilityStatus.Unavailable);
        var why = found > single
            ? string.Create(CultureInfo.InvariantCulture, $"{found} items instead of {single} at {whole.Provider} alone")
            : totals.TotalCents < whole.Quote.TotalCents
                ? string.Create(
                    CultureInfo.InvariantCulture, $"{whole.Quote.TotalCents - totals.TotalCents} cents less than {whole.Provider} alone")
                : $"sooner there than from {whole.Provider} alone";
        return $"The basket is divided between {names}: {why}.";
    }

    private static IEnumerable<string> Warnings(SplitLeg leg) =>
        leg.Quote.Pricing == PricingMode.Mock ? [MockSwitchGateway.MockWarning, .. leg.Quote.Warnings ?? []] : leg.Quote.Warnings ?? [];

    private static SplitOrderAnswer Part(SplitLeg leg) =>
        new(leg.Quote.Provider, leg.Config.Id, leg.Quote.Cart, leg.Quote.Quote, leg.Quote.AffiliateUrl, leg.Quote.Pricing);
}
