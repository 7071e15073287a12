using System.Globalization;
using Smplat.Core.Commerce.Providers;

namespace Smplat.Core.Commerce.Confirmation;

/// <summary>Words how a confirmation ended.</summary>
public sealed class ConfirmWording(ProviderRegistry registry)
{
    public ConfirmAnswer PriceChanged(IReadOnlyList<PreparedLeg> legs)
    {
        var (before, now) = (legs.Sum(leg => leg.Agreed.TotalCents), legs.Sum(leg => leg.Quote!.TotalCents));
        return ConfirmAnswer.Refused(ConfirmCodes.PriceChanged, string.Create(
            CultureInfo.InvariantCulture,
            $"The basket now costs {now / 100m:0.00} instead of {before / 100m:0.00} for {legs.Sum(leg => leg.Quote!.Found + leg.Quote.Substituted)} items.")) with
        {
            Provider = legs[0].Agreed.Provider,
            Quote = QuoteTotals.Sum([.. legs.Select(leg => leg.Quote!.Quote.Quote)]),
            PreviousTotalCents = before,
        };
    }

    /// <param name="outcomes">Of the parts that were tried.</param>
    public ConfirmAnswer Ended(ClaimedSession session, IReadOnlyList<LegOutcome> outcomes)
    {
        var done = outcomes.OfType<LegOutcome.Done>().ToArray();
        var answer = outcomes.FirstOrDefault(outcome => outcome is not LegOutcome.Done) switch
        {
            LegOutcome.Unknown unknown => ConfirmAnswer.Refused(
                ConfirmCodes.InProgress, $"{Name(unknown.Provider)} has not answered; the order is being checked.") with
            {
                Provider = unknown.Provider,
            },
            LegOutcome.Failed failed when done.Length == 0 => Failure(failed),
            LegOutcome.Failed failed => Partial(session, failed, done),
            _ => Success(done),
        };
        return answer with
        {
            FailoverAttempted = outcomes.Any(outcome => outcome.FailoverAttempted),
            Orders = session.IsDivided ? Parts(session, outcomes) : null,
        };
    }

    private ConfirmAnswer Failure(LegOutcome.Failed failed) =>
        ConfirmAnswer.Refused(
            failed.Failure.Code is ProviderFailureCodes.PaymentDeclined or ProviderFailureCodes.InvalidAddress
                ? failed.Failure.Code
                : ConfirmCodes.OrderFailed,
            $"{Name(failed.Provider)} did not take the order: {failed.Failure.Message}.") with
        {
            Provider = failed.Provider,
        };

    private ConfirmAnswer Partial(ClaimedSession session, LegOutcome.Failed failed, LegOutcome.Done[] done)
    {
        var parts = session.Quotes.Count(quote => quote.Leg is not null);
        return Success(done) with
        {
            Success = false,
            Error = ConfirmCodes.PartiallyConfirmed,
            Message = string.Create(
                CultureInfo.InvariantCulture,
                $"{done.Length} of {parts} parts of the order are confirmed; {Name(failed.Provider)} did not take its part: {failed.Failure.Message}. Nothing else was ordered."),
        };
    }

    private ConfirmAnswer Success(LegOutcome.Done[] done)
    {
        var first = done[0].Order;
        var tracking = done.Select(leg => leg.Order.TrackingUrl).OfType<string>().ToArray();
        return new ConfirmAnswer
        {
            Success = true,
            OrderId = first.OrderRef,
            OrderIds = [.. done.Select(leg => leg.Order.OrderRef)],
            TrackingUrls = tracking.Length == 0 ? null : tracking,
            EstimatedDelivery = done.Max(leg => leg.EstimatedDelivery),
            Provider = first.Provider,
            FailoverFrom = first.FailoverFrom,
            Mode = Array.TrueForAll(done, leg => leg.Order.Mode == ConfirmMode.Placed) ? ConfirmMode.Placed : ConfirmMode.Handoff,
            CheckoutUrl = done.Select(leg => leg.Order.CheckoutUrl).FirstOrDefault(url => url is not null),
            Message = string.Join(' ', Said(done)),
        };
    }

    private IEnumerable<string> Said(LegOutcome.Done[] done)
    {
        var (placed, handed) = (Names(done, ConfirmMode.Placed), Names(done, ConfirmMode.Handoff));
        if (placed.Length > 0)
        {
            yield return $"{Join(placed)} {(placed.Length == 1 ? "has" : "have")} the order.";
        }

        if (handed.Length > 0)
        {
            yield return handed.Length == 1
                ? $"The basket is ready at {handed[0]}; the order is placed at its checkout."
                : $"The parts are ready at {Join(handed)}; each is ordered at its own checkout.";
        }
    }

    private string[] Names(LegOutcome.Done[] done, ConfirmMode mode) =>
        [.. done.Where(leg => leg.Order.Mode == mode).Select(leg => Name(leg.Order.Provider))];

    private static string Join(string[] names) =>
        names.Length == 1 ? names[0] : $"{string.Join(", ", names[..^1])} and {names[^1]}";

    private static ConfirmedPart[] Parts(ClaimedSession session, IReadOnlyList<LegOutcome> outcomes) =>
    [
        .. from quote in session.Quotes
           where quote.Leg is not null
           orderby quote.Leg
           let part = new ConfirmedPart(quote.Provider, "not_ordered", quote.ItemIds ?? [], quote.TotalCents)
           select outcomes.FirstOrDefault(outcome => outcome.Number == quote.Leg) switch
           {
               LegOutcome.Done { Order: var order } done => part with
               {
                   Status = order.Mode == ConfirmMode.Placed ? "placed" : "handed_off",
                   TotalCents = order.TotalCents,
                   OrderId = order.OrderRef,
                   CheckoutUrl = order.CheckoutUrl,
                   TrackingUrl = order.TrackingUrl,
                   EstimatedDelivery = done.EstimatedDelivery,
               },
               LegOutcome.Failed failed => part with { Status = "failed", Error = failed.Failure.Code },
               LegOutcome.Unknown => part with { Status = "checking" },
               _ => part,
           },
    ];

    private string Name(ProviderId id) => registry.Find(id).Name;
}
