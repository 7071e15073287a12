using Microsoft.Extensions.Logging;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Routing;

namespace Smplat.Core.Commerce.Confirmation;

/// <summary>What recovery made of a session.</summary>
internal enum RecoveryVerdict
{
    Confirmed,
    Released,
    Failed,
    Unresolved,
}

/// <summary>
/// Finds out what became of a session that was left while it was being confirmed. An order that the provider has is booked;
/// one that it does not have is given back to the shopper; while the provider cannot tell, nothing is decided.
/// </summary>
internal sealed class ConfirmationRecovery(
    OrderStore orders,
    PartStore booked,
    ConfirmationStore sessions,
    LegConfirmation legs,
    ConfirmationEnd end,
    ProviderGateways gateways,
    ProviderRegistry registry,
    TimeProvider clock,
    ILogger<ConfirmationRecovery> logger)
{
    public async Task<RecoveryVerdict> ResolveAsync(ClaimedSession session)
    {
        var parts = OrderLeg.Of(session, null);
        var known = await booked.FindBookedAsync(session.Id, CancellationToken.None);
        var attempts = await orders.LastAttemptsAsync(session.Id, CancellationToken.None);
        var outcomes = new List<LegOutcome>();
        foreach (var leg in parts)
        {
            if (known.FirstOrDefault(order => order.Leg == leg.Number) is { } order)
            {
                outcomes.Add(LegConfirmation.Done(session, leg, leg.Quote, order, null));
                continue;
            }

            if (attempts.FirstOrDefault(attempt => attempt.Leg == leg.Number) is not { } attempt)
            {
                continue;
            }

            switch (await AskAsync(session, leg, attempt))
            {
                case LookupOutcome.Found found:
                    outcomes.Add(Found(session, leg, attempt, found));
                    break;
                case LookupOutcome.Unknown unknown:
                    CommerceLog.Unresolved(logger, session.RequestId, attempt.ProviderId, unknown.Reason);
                    return RecoveryVerdict.Unresolved;
                default:
                    await orders.FinishAsync(
                        new AttemptEnd(attempt.IdempotencyKey, "failed"), clock.GetUtcNow(), CancellationToken.None);
                    break;
            }
        }

        return await DecideAsync(session, outcomes, parts);
    }

    private async Task<RecoveryVerdict> DecideAsync(ClaimedSession session, List<LegOutcome> outcomes, IReadOnlyList<OrderLeg> parts)
    {
        var now = clock.GetUtcNow();
        if (outcomes.Count == 0 && session.ExpiresAt > now)
        {
            await sessions.ReleaseAsync(session, now, CancellationToken.None);
            return RecoveryVerdict.Released;
        }

        var isConfirmed = outcomes.Count > 0;

        // A part that no provider has: the shopper is told which parts there are.
        if (parts.FirstOrDefault(part => outcomes.All(outcome => outcome.Number != part.Number)) is { } missing)
        {
            outcomes.Add(new LegOutcome.Failed(
                missing.Number,
                missing.Quote.Provider,
                new ProviderFailure(ConfirmCodes.OrderFailed, "the confirmation was interrupted", false)));
        }

        await end.ApplyAsync(session, outcomes, 0);
        return isConfirmed ? RecoveryVerdict.Confirmed : RecoveryVerdict.Failed;
    }

    private async Task<LookupOutcome> AskAsync(ClaimedSession session, OrderLeg leg, AttemptRow attempt)
    {
        if (attempt.Outcome == "failed" || QuoteOf(session, leg, attempt) is not { } quote)
        {
            return new LookupOutcome.NotFound();
        }

        var id = quote.Provider;
        return await gateways.For(id).FindOrderAsync(
            leg.Request(session, quote, null), registry.Find(id), CancellationToken.None);
    }

    private LegOutcome.Done Found(ClaimedSession session, OrderLeg leg, AttemptRow attempt, LookupOutcome.Found found)
    {
        var quote = QuoteOf(session, leg, attempt)!;
        var placed = LegConfirmation.Known(gateways.For(quote.Provider), quote, found);
        ProviderId? failoverFrom = attempt.AttemptNo > 1 ? leg.Quote.Provider : null;
        return legs.Done(session, leg, quote, placed, failoverFrom);
    }

    private static SessionQuote? QuoteOf(ClaimedSession session, OrderLeg leg, AttemptRow attempt) =>
        session.Quotes.FirstOrDefault(quote =>
            quote.Provider.ToWire() == attempt.ProviderId && (quote.Leg is null || quote.Leg == leg.Number));
}
