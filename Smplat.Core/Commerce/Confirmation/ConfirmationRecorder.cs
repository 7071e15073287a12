using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Smplat.Core.Commerce.Learning;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Routing;

namespace Smplat.Core.Commerce.Confirmation;

/// <summary>Records the end of a confirmation. The answer is stored with it, so that a repeated call gets the same one.</summary>
public sealed class ConfirmationRecorder(
    ProviderOrderStore orders, ConfirmationStore sessions, ConfirmAnswers answers, ConfirmationEventLog events, TimeProvider clock)
{
    /// <param name="outcomes">One for each part that was attempted.</param>
    public async Task<ConfirmAnswer> RecordAsync(ClaimedSession session, IReadOnlyList<LegOutcome> outcomes, int durationMs)
    {
        var done = outcomes.OfType<LegOutcome.Done>().ToArray();
        var answer = answers.Ended(session, outcomes);

        // While the answer of a provider is missing, the session stays claimed: recovery asks until it is known.
        if (!outcomes.Any(outcome => outcome is LegOutcome.Unknown))
        {
            answer = await EndAsync(session, done.Length == 0 ? "failed" : "confirmed", outcomes, done, answer);
        }

        await events.EndedAsync(session.RequestId, answer, answer.Error == ConfirmCodes.InProgress ? [] : done, durationMs);
        return answer;
    }

    /// <summary>Nothing was ordered: returns the new price and makes the token usable again. Confirming again accepts the price.</summary>
    public async Task<ConfirmAnswer> OfferNewPriceAsync(ClaimedSession session, IReadOnlyList<PreparedLeg> legs, int durationMs)
    {
        var requoted = session with
        {
            Quotes = [.. session.Quotes.Select(quote =>
                legs.FirstOrDefault(leg => leg.Agreed.Provider == quote.Provider && leg.Agreed.Leg == quote.Leg)?.Quote ?? quote)],
        };
        var answer = await sessions.ReleaseAsync(requoted, clock.GetUtcNow(), CancellationToken.None)
            ? answers.PriceChanged(legs)
            : TakenOver();
        await events.EndedAsync(session.RequestId, answer, [], durationMs);
        return answer;
    }

    private async Task<ConfirmAnswer> EndAsync(
        ClaimedSession session, string status, IReadOnlyList<LegOutcome> outcomes, LegOutcome.Done[] done, ConfirmAnswer answer)
    {
        var completion = new SessionCompletion(
            status,
            answer,
            [.. done.Select(leg => leg.Attempt)],
            [.. done.Select(leg => leg.Order)],
            [.. outcomes.SelectMany(outcome => outcome.OrderOutcomes)]);
        return await orders.EndAsync(session, completion, clock.GetUtcNow(), CancellationToken.None) ? answer : TakenOver();
    }

    private static ConfirmAnswer TakenOver() =>
        ConfirmAnswer.Refused(ConfirmCodes.InProgress, "The order is being checked; ask again in a moment.");
}

/// <summary>Everything that is stored when a session ends.</summary>
/// <param name="Status"><c>confirmed</c> or <c>failed</c>.</param>
public sealed record SessionCompletion(
    string Status,
    ConfirmAnswer Answer,
    IReadOnlyList<AttemptEnd> Attempts,
    IReadOnlyList<PlacedOrder> Orders,
    IReadOnlyList<OrderOutcome> OrderOutcomes);

/// <summary>Builds the answers to a confirmation.</summary>
public sealed class ConfirmAnswers(ProviderRegistry registry)
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

    /// <param name="outcomes">One for each part that was attempted.</param>
    public ConfirmAnswer Ended(ClaimedSession session, IReadOnlyList<LegOutcome> outcomes)
    {
        var done = outcomes.OfType<LegOutcome.Done>().ToArray();
        var answer = outcomes.FirstOrDefault(outcome => outcome is not LegOutcome.Done) switch
        {
            LegOutcome.Unknown unknown => ConfirmAnswer.Refused(
                ConfirmCodes.InProgress, $"{Name(unknown.Provider)} has not answered yet; the order is being checked.") with
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
            Orders = session.IsSplit ? Parts(session, outcomes) : null,
        };
    }

    private ConfirmAnswer Failure(LegOutcome.Failed failed) =>
        ConfirmAnswer.Refused(
            failed.Failure.Code is ProviderFailureCodes.PaymentDeclined or ProviderFailureCodes.InvalidAddress
                ? failed.Failure.Code
                : ConfirmCodes.OrderFailed,
            $"{Name(failed.Provider)} did not accept the order: {failed.Failure.Message}.") with
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
                $"{done.Length} of {parts} parts of the order are confirmed; {Name(failed.Provider)} did not accept its part: {failed.Failure.Message}. Nothing else was ordered."),
        };
    }

    private ConfirmAnswer Success(LegOutcome.Done[] done)
    {
        var first = done[0].Order;
        var mocks = done.Where(leg => leg.Order.IsMock).Select(leg => Name(leg.Order.Provider)).ToArray();
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
            Message = string.Join(' ', Sentences(done)),
            Mock = mocks.Length > 0 ? true : null,
            Warnings = mocks.Length == 0 ? null
                : mocks.Length == done.Length ? ["Prices, order and links are invented (mock mode); nothing was ordered"]
                : [$"Prices, order and links at {Join(mocks)} are invented (mock mode); nothing was ordered there"],
        };
    }

    private IEnumerable<string> Sentences(LegOutcome.Done[] done)
    {
        var (placed, handedOff) = (Names(done, ConfirmMode.Placed), Names(done, ConfirmMode.Handoff));
        if (placed.Length > 0)
        {
            yield return $"{Join(placed)} {(placed.Length == 1 ? "has" : "have")} the order.";
        }

        if (handedOff.Length > 0)
        {
            yield return handedOff.Length == 1
                ? $"The basket is ready at {handedOff[0]}; place the order at its checkout."
                : $"The parts are ready at {Join(handedOff)}; place each order at its own checkout.";
        }
    }

    private string[] Names(LegOutcome.Done[] done, ConfirmMode mode) =>
        [.. done.Where(leg => leg.Order.Mode == mode).Select(leg => Name(leg.Order.Provider))];

    private static string Join(string[] names) =>
        names.Length == 1 ? names[0] : $"{string.Join(", ", names.SkipLast(1))} and {names[^1]}";

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
                   Mock = order.IsMock ? true : null,
               },
               LegOutcome.Failed failed => part with { Status = "failed", Error = failed.Failure.Code },
               LegOutcome.Unknown => part with { Status = "checking" },
               _ => part,
           },
    ];

    private string Name(ProviderId id) => registry.Find(id).Name;
}

/// <summary>Records how confirmations end: in <c>edge_logs</c> and in the log.</summary>
public sealed class ConfirmationEventLog(EdgeLog log, TimeProvider clock, ILogger<ConfirmationEventLog> logger)
{
    /// <param name="done">The confirmed parts; their amounts count as earned, except those of mocks.</param>
    public ValueTask EndedAsync(string requestId, ConfirmAnswer answer, IReadOnlyList<LegOutcome.Done> done, int durationMs)
    {
        var isSuccess = answer.Success;
        var isMock = done.Count > 0 && done.All(leg => leg.Order.IsMock);
        var booked = done.Where(leg => isMock || !leg.Order.IsMock).Select(leg => leg.Order).ToArray();
        CommerceLog.Confirmed(
            logger, isSuccess ? "success" : "failure", requestId, answer.Provider?.ToWire(), answer.Error, durationMs);
        return log.WriteAsync(
        [
            Row(isSuccess ? EdgeLogEvents.ConfirmSuccess : EdgeLogEvents.ConfirmFailure, requestId, answer.Provider) with
            {
                Level = isSuccess || answer.Error == ConfirmCodes.PriceChanged ? "info" : "error",
                LatencyMs = durationMs,
                TotalCents = booked.Length == 0 ? null : booked.Sum(order => order.TotalCents),
                CommissionCents = booked.Length == 0 ? null : booked.Sum(order => order.CommissionCents),
                ErrorCode = answer.Error,
                IsMock = isMock,
                Error = isSuccess ? null : answer.Message,
            },
            .. Failover(requestId, answer),
        ]);
    }

    public void Unresolved(string requestId, string providerId, string reason) =>
        CommerceLog.Unresolved(logger, requestId, providerId, reason);

    /// <summary>An order that nobody but an operator can settle.</summary>
    public ValueTask HandedOverAsync(string requestId, AttemptRow attempt, string reason)
    {
        CommerceLog.HandedOver(logger, requestId, attempt.ProviderId, attempt.IdempotencyKey, reason);
        return log.WriteAsync(
        [
            Row(EdgeLogEvents.PlacementUnsettled, requestId, ProviderIds.Parse(attempt.ProviderId)) with
            {
                Level = "error",
                ErrorCode = ConfirmCodes.InProgress,
                Error = reason,
            },
        ]);
    }

    public ValueTask FailoverAsync(ClaimedSession session, ProviderId from, ProviderId to, string reason)
    {
        CommerceLog.Failover(logger, session.RequestId, from.ToWire(), to.ToWire(), reason);
        return log.WriteAsync(
        [
            Row("commerce.failover_attempt", session.RequestId, to) with
            {
                Level = "warn",
                ErrorCode = reason,
                Payload = $$"""{"failoverFrom":"{{from.ToWire()}}"}""",
            },
        ]);
    }

    private IEnumerable<EdgeLogRow> Failover(string requestId, ConfirmAnswer answer) =>
        answer.FailoverAttempted
            ?
            [
                Row(answer.Success ? EdgeLogEvents.FailoverSuccess : EdgeLogEvents.FailoverFailure, requestId, answer.Provider) with
                {
                    Level = answer.Success ? "info" : "error",
                    ErrorCode = answer.Error,
                },
            ]
            : [];

    private EdgeLogRow Row(string name, string requestId, ProviderId? provider) =>
        new(EdgeLogEvents.ConfirmOrder, clock.GetUtcNow(), name)
        {
            RequestId = requestId,
            ProviderId = provider?.ToWire(),
            TraceId = Activity.Current?.TraceId.ToHexString(),
        };
}
