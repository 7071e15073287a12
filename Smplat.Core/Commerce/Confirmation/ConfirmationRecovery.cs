using Microsoft.Extensions.Logging;
using Smplat.Core.Commerce.Providers;

namespace Smplat.Core.Commerce.Confirmation;

/// <summary>What recovery made of a session.</summary>
public enum RecoveryVerdict
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
public sealed class ConfirmationRecovery(
    OrderStore orders,
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
        var outcomes = new List<LegOutcome>();
        var parts = OrderLeg.Of(session, null);
        foreach (var attempt in await orders.LastAttemptsAsync(session.Id, CancellationToken.None))
        {
            if (parts.FirstOrDefault(part => part.Number == attempt.Leg) is not { } leg)
            {
                continue;
            }

            switch (await AskAsync(session, leg, attempt))
            {
                case LookupOutcome.Found found:
                    outcomes.Add(Booked(session, leg, attempt, found));
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

        return await DecideAsync(session, outcomes, parts.Count);
    }

    private async Task<RecoveryVerdict> DecideAsync(ClaimedSession session, List<LegOutcome> outcomes, int parts)
    {
        var now = clock.GetUtcNow();
        if (outcomes.Count == 0 && session.ExpiresAt > now)
        {
            await sessions.ReleaseAsync(session, now, CancellationToken.None);
            return RecoveryVerdict.Released;
        }

        var isWhole = outcomes.Count == parts;
        if (!isWhole)
        {
            // A part that no provider has: the shopper is told which parts there are.
            outcomes.Add(new LegOutcome.Failed(
                session.Quotes[0].Provider,
                new ProviderFailure(ConfirmCodes.OrderFailed, "the confirmation was interrupted", false)));
        }

        await end.ApplyAsync(session, outcomes, 0);
        return outcomes.Exists(outcome => outcome is LegOutcome.Done) ? RecoveryVerdict.Confirmed : RecoveryVerdict.Failed;
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

    private LegOutcome.Done Booked(ClaimedSession session, OrderLeg leg, AttemptRow attempt, LookupOutcome.Found found)
    {
        var quote = QuoteOf(session, leg, attempt)!;
        var placed = LegConfirmation.Known(gateways.For(quote.Provider), quote, found);
        ProviderId? failoverFrom = attempt.AttemptNo > 1 ? leg.Quote.Provider : null;
        return legs.Done(session, leg, leg.Request(session, quote, null), quote, placed, failoverFrom);
    }

    private static Sessions.SessionQuote? QuoteOf(ClaimedSession session, OrderLeg leg, AttemptRow attempt) =>
        session.Quotes.FirstOrDefault(quote =>
            quote.Provider.ToWire() == attempt.ProviderId && (quote.Leg is null || quote.Leg == leg.Number));
}
