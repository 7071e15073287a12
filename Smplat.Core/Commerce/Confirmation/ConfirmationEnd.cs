using System.Globalization;
using Smplat.Core.Commerce.Providers;

namespace Smplat.Core.Commerce.Confirmation;

/// <summary>Writes the end of a confirmation and words its answer.</summary>
public sealed class ConfirmationEnd(
    OrderStore orders, ConfirmationStore sessions, ProviderRegistry registry, ConfirmJournal journal, TimeProvider clock)
{
    /// <param name="outcomes">Of the parts that were tried, in order.</param>
    public async Task<ConfirmAnswer> ApplyAsync(ClaimedSession session, IReadOnlyList<LegOutcome> outcomes, int durationMs)
    {
        var done = outcomes.OfType<LegOutcome.Done>().ToArray();
        var answer = await WriteAsync(session, outcomes, done);
        await journal.EndedAsync(
            session.RequestId,
            answer,
            done.Length == 0 ? null : done.Sum(leg => leg.Order.TotalCents),
            done.Length == 0 ? null : done.Sum(leg => leg.Order.CommissionCents),
            durationMs);
        return answer;
    }

    private async Task<ConfirmAnswer> WriteAsync(
        ClaimedSession session, IReadOnlyList<LegOutcome> outcomes, LegOutcome.Done[] done)
    {
        var isFailoverAttempted = outcomes.Any(outcome => outcome.FailoverAttempted);
        switch (outcomes[^1])
        {
            case LegOutcome.PriceChanged changed when done.Length == 0:
                return await OfferAsync(session, changed);
            case LegOutcome.Unknown unknown:
                // The session stays claimed: recovery asks the provider until it knows.
                return ConfirmAnswer.Refused(
                    ConfirmCodes.InProgress,
                    $"{registry.Find(unknown.Provider).Name} has not answered; the order is being checked.") with
                {
                    Provider = unknown.Provider,
                    FailoverAttempted = isFailoverAttempted,
                };
            case LegOutcome.Failed failed when done.Length == 0:
                return await EndAsync(session, "failed", outcomes, done, Failure(failed) with { FailoverAttempted = isFailoverAttempted });
            case LegOutcome.Failed or LegOutcome.PriceChanged:
                return await EndAsync(session, "confirmed", outcomes, done, Partial(session, outcomes[^1], done));
            default:
                return await EndAsync(
                    session, "confirmed", outcomes, done, Success(done) with { FailoverAttempted = isFailoverAttempted });
        }
    }

    /// <summary>Shows the new price and gives the token back: confirming again accepts it.</summary>
    private async Task<ConfirmAnswer> OfferAsync(ClaimedSession session, LegOutcome.PriceChanged changed)
    {
        var renewed = session with
        {
            Quotes = [.. session.Quotes.Select(quote =>
                quote.Provider == changed.Before.Provider && quote.Leg == changed.Before.Leg ? changed.Now : quote)],
        };
        await sessions.ReleaseAsync(renewed, clock.GetUtcNow(), CancellationToken.None);
        return ConfirmAnswer.Refused(ConfirmCodes.PriceChanged, string.Create(
            CultureInfo.InvariantCulture,
            $"The basket now costs {changed.Now.TotalCents / 100m:0.00} instead of {changed.Before.TotalCents / 100m:0.00} for {changed.Now.Found + changed.Now.Substituted} items.")) with
        {
            Provider = changed.Now.Provider,
            Quote = changed.Now.Quote.Quote,
            PreviousTotalCents = changed.Before.TotalCents,
        };
    }

    private async Task<ConfirmAnswer> EndAsync(
        ClaimedSession session, string status, IReadOnlyList<LegOutcome> outcomes, LegOutcome.Done[] done, ConfirmAnswer answer)
    {
        var end = new SessionEnd(
            status,
            answer,
            [.. done.Select(leg => leg.Attempt)],
            [.. done.Select(leg => leg.Order)],
            [.. outcomes.SelectMany(outcome => outcome.Learned)]);
        return await orders.EndAsync(session, end, clock.GetUtcNow(), CancellationToken.None)
            ? answer
            : ConfirmAnswer.Refused(ConfirmCodes.InProgress, "The order is being checked; ask again in a moment.");
    }

    private ConfirmAnswer Failure(LegOutcome.Failed failed) =>
        ConfirmAnswer.Refused(
            failed.Failure.Code is ProviderFailureCodes.PaymentDeclined or ProviderFailureCodes.InvalidAddress
                ? failed.Failure.Code
                : ConfirmCodes.OrderFailed,
            $"{registry.Find(failed.Provider).Name} did not take the order: {failed.Failure.Message}.") with
        {
            Provider = failed.Provider,
        };

    private ConfirmAnswer Partial(ClaimedSession session, LegOutcome broken, LegOutcome.Done[] done)
    {
        var parts = session.Quotes.Count(quote => quote.Leg is not null);
        var why = broken is LegOutcome.Failed failed ? failed.Failure.Message : "a price changed";
        return Success(done) with
        {
            Success = false,
            Error = ConfirmCodes.OrderFailed,
            Message = string.Create(
                CultureInfo.InvariantCulture,
                $"{done.Length} of {parts} parts of the order are placed; the next one failed: {why}. Nothing else was ordered."),
        };
    }

    private ConfirmAnswer Success(LegOutcome.Done[] done)
    {
        var first = done[0].Order;
        var tracking = done.Select(leg => leg.Order.TrackingUrl).OfType<string>().ToArray();
        var names = string.Join(" and ", done.Select(leg => registry.Find(leg.Order.Provider).Name));
        return new ConfirmAnswer
        {
            Success = true,
            OrderId = first.OrderRef,
            OrderIds = [.. done.Select(leg => leg.Order.OrderRef)],
            TrackingUrls = tracking.Length == 0 ? null : tracking,
            EstimatedDelivery = done.Max(leg => leg.EstimatedDelivery),
            Provider = first.Provider,
            FailoverFrom = first.FailoverFrom,
            Mode = first.Mode,
            CheckoutUrl = done.Select(leg => leg.Order.CheckoutUrl).FirstOrDefault(url => url is not null),
            Message = first.Mode == ConfirmMode.Placed
                ? $"{names} has the order."
                : $"The basket is ready at {names}; the order is placed at its checkout.",
        };
    }
}
