using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Routing;

namespace Smplat.Core.Commerce.Confirmation;

/// <summary>
/// Finds out what became of an attempt at a provider. Only three things end the doubt: the order itself, a status of the
/// provider that says that the order is dead, and our own record that the attempt was never allowed to submit.
/// </summary>
public sealed class PlacementInquiry(
    ProviderRegistry registry, ProviderGateways gateways, ProviderOrderStore orders, ConfirmationStore sessions, TimeProvider clock)
{
    public Task<ConfirmOutcome> ConfirmAsync(ConfirmRequest request)
    {
        var provider = request.Quote.Provider.Id;
        return gateways.For(provider).ConfirmAsync(request, registry.Find(provider), CancellationToken.None);
    }

    /// <summary>
    /// Right after an answer was lost: the call may still be running, so it is fenced off before anything is concluded from what
    /// it has not done.
    /// </summary>
    internal async Task<ConfirmOutcome> SettleAsync(
        ClaimedSession session, OrderLeg leg, SessionQuote quote, OrderAttempt attempt, ConfirmOutcome.Failed ambiguous)
    {
        if (!await sessions.RenewAsync(session, clock.GetUtcNow(), CancellationToken.None)
            || (await orders.OpenAttemptsAsync(session.Id, CancellationToken.None))
                .FirstOrDefault(row => row.IdempotencyKey == attempt.IdempotencyKey) is not { } row)
        {
            return ambiguous;
        }

        return await AskAsync(session, leg, quote, row) switch
        {
            PlacementEvidence.Living { Order: var found } => Outcome(quote, found),
            PlacementEvidence.Dead => ambiguous with { ProvablyNothingPlaced = true },
            _ => ambiguous,
        };
    }

    internal async Task<PlacementEvidence> AskAsync(ClaimedSession session, OrderLeg leg, SessionQuote quote, AttemptRow attempt)
    {
        if (attempt is { Outcome: "placed" or "handed_off", ProviderOrderId: { } orderId })
        {
            return new PlacementEvidence.Living(new LookupOutcome.Found(orderId, null));
        }

        var gateway = gateways.For(quote.Provider);
        if (attempt.Outcome == "started" && gateway.Capabilities.AsksBeforeSubmitting && !quote.Quote.IsMock)
        {
            return new PlacementEvidence.Dead("the attempt was never allowed to submit");
        }

        return await gateway.FindOrderAsync(
            leg.Request(session, quote, null), registry.Find(quote.Provider), CancellationToken.None) switch
        {
            LookupOutcome.Found found => new PlacementEvidence.Living(found),
            LookupOutcome.Dead dead => new PlacementEvidence.Dead(dead.Evidence),
            LookupOutcome.NotFound => new PlacementEvidence.Open("the provider does not show the order"),
            LookupOutcome.Unknown unknown => new PlacementEvidence.Open(unknown.Reason),
            var lookup => throw new InvalidOperationException($"No evidence from {lookup}."),
        };
    }

    /// <summary>An order that was found, in the provider's own mode.</summary>
    internal ConfirmOutcome Outcome(SessionQuote quote, LookupOutcome.Found found) =>
        gateways.For(quote.Provider).Capabilities.Confirm == ConfirmMode.Placed || quote.Quote.AffiliateUrl is not { } checkout
            ? new ConfirmOutcome.Placed(found.ProviderOrderId, found.TrackingUrl, null)
            : new ConfirmOutcome.HandedOff(checkout, found.ProviderOrderId);
}
