using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Smplat.Core.Commerce.Learning;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Routing;

namespace Smplat.Core.Commerce.Confirmation;

/// <summary>
/// Orders one part at its provider, and at most once at the best alternative when the first provably took nothing. It runs
/// to its end also when the caller has left: an order that was begun must not be forgotten.
/// </summary>
public sealed class LegConfirmation(
    ProviderRegistry registry,
    ProviderGateways gateways,
    QuoteRefresh refresh,
    OrderStore orders,
    ConfirmJournal journal,
    IOptionsMonitor<ConfirmationOptions> options,
    TimeProvider clock)
{
    private const string RefAlphabet = "0123456789abcdefghijklmnopqrstuvwxyz";

    /// <summary>The quote as it stands now; nothing is ordered.</summary>
    public async Task<PreparedLeg> PrepareAsync(OrderLeg leg)
    {
        var (quote, failure) = await refresh.CurrentAsync(leg.Quote, leg.Basket, CancellationToken.None);
        return new PreparedLeg(leg, quote, failure);
    }

    /// <summary>A provider that takes orders may refuse one; handing over always works.</summary>
    public bool MayFail(PreparedLeg prepared) =>
        gateways.For(prepared.Agreed.Provider).Capabilities.Confirm == ConfirmMode.Placed;

    public async Task<LegOutcome> ConfirmAsync(ClaimedSession session, PreparedLeg prepared, PaymentMethod? payment)
    {
        var leg = prepared.Leg;
        var first = prepared.Quote is { } quote
            ? await AttemptAsync(session, leg, quote, payment, 1, null)
            : Unready(session, prepared);
        return first is LegOutcome.Failed failed && await AlternativeAsync(leg, failed) is { } alternative
            ? await FailOverAsync(session, leg, alternative, payment, failed)
            : first;
    }

    /// <summary>The provider gave no quote any more.</summary>
    public LegOutcome.Failed Unready(ClaimedSession session, PreparedLeg prepared) =>
        new(prepared.Leg.Number, prepared.Agreed.Provider, prepared.Failure!)
        {
            Learned = [Lesson(session, prepared.Leg, prepared.Agreed, false, clock.GetUtcNow())],
        };

    /// <summary>The best alternative as it stands now, unless it is dearer than what the shopper agreed to.</summary>
    private async Task<SessionQuote?> AlternativeAsync(OrderLeg leg, LegOutcome.Failed failed)
    {
        if (leg.Alternative is not { } alternative
            || !options.CurrentValue.Failover
            || !FailoverPolicy.MayTryAnother(failed.Failure, provablyNothingPlaced: true))
        {
            return null;
        }

        var (quote, _) = await refresh.CurrentAsync(alternative, leg.Basket, CancellationToken.None);
        return quote is not null
            && PriceTolerance.Allows(leg.Quote.TotalCents, quote.TotalCents)
            && quote.Found + quote.Substituted >= leg.Quote.Found + leg.Quote.Substituted
                ? quote
                : null;
    }

    private async Task<LegOutcome> FailOverAsync(
        ClaimedSession session, OrderLeg leg, SessionQuote alternative, PaymentMethod? payment, LegOutcome.Failed failed)
    {
        await journal.FailoverAsync(session, failed.Provider, alternative.Provider, failed.Failure.Code);
        var second = await AttemptAsync(session, leg, alternative, payment, 2, failed.Provider);
        return second with { FailoverAttempted = true, Learned = [.. failed.Learned, .. second.Learned] };
    }

    private async Task<LegOutcome> AttemptAsync(
        ClaimedSession session, OrderLeg leg, SessionQuote quote, PaymentMethod? payment, int number, ProviderId? failoverFrom)
    {
        var (gateway, config) = (gateways.For(quote.Provider), registry.Find(quote.Provider));
        var request = leg.Request(session, quote, payment);
        await orders.StartAsync(
            OrderAttempt.Start(session, leg.Number, number, quote, clock.GetUtcNow()), CancellationToken.None);
        using var span = ProviderSpan.Start("confirm", quote.Provider);
        var outcome = await gateway.ConfirmAsync(request, config, CancellationToken.None);
        if (outcome is ConfirmOutcome.Failed { ProvablyNothingPlaced: false } ambiguous)
        {
            outcome = await gateway.FindOrderAsync(request, config, CancellationToken.None) switch
            {
                LookupOutcome.Found found => Known(gateway, quote, found),
                LookupOutcome.NotFound => ambiguous with { ProvablyNothingPlaced = true },
                _ => ambiguous,
            };
        }

        span.End((outcome as ConfirmOutcome.Failed)?.Failure);

        return outcome switch
        {
            ConfirmOutcome.Failed { ProvablyNothingPlaced: false } lost => await UnknownAsync(leg, request, quote, lost),
            ConfirmOutcome.Failed failed => await FailedAsync(session, leg, request, quote, failed),
            _ => Done(session, leg, quote, outcome, failoverFrom),
        };
    }

    private async Task<LegOutcome> UnknownAsync(
        OrderLeg leg, ConfirmRequest request, SessionQuote quote, ConfirmOutcome.Failed lost)
    {
        await orders.FinishAsync(
            new AttemptEnd(request.IdempotencyKey, "unknown", lost.Failure), clock.GetUtcNow(), CancellationToken.None);
        return new LegOutcome.Unknown(leg.Number, quote.Provider);
    }

    private async Task<LegOutcome> FailedAsync(
        ClaimedSession session, OrderLeg leg, ConfirmRequest request, SessionQuote quote, ConfirmOutcome.Failed failed)
    {
        await orders.FinishAsync(
            new AttemptEnd(request.IdempotencyKey, "failed", failed.Failure), clock.GetUtcNow(), CancellationToken.None);
        return new LegOutcome.Failed(leg.Number, quote.Provider, failed.Failure)
        {
            Learned = [Lesson(session, leg, quote, false, clock.GetUtcNow())],
        };
    }

    /// <summary>An order that a lookup found, in the provider's own mode.</summary>
    internal static ConfirmOutcome Known(IProviderGateway gateway, SessionQuote quote, LookupOutcome.Found found) =>
        gateway.Capabilities.Confirm == ConfirmMode.Placed || quote.Quote.AffiliateUrl is not { } checkout
            ? new ConfirmOutcome.Placed(found.ProviderOrderId, found.TrackingUrl, null)
            : new ConfirmOutcome.HandedOff(checkout, found.ProviderOrderId);

    internal LegOutcome.Done Done(
        ClaimedSession session,
        OrderLeg leg,
        SessionQuote quote,
        ConfirmOutcome outcome,
        ProviderId? failoverFrom)
    {
        var now = clock.GetUtcNow();
        var (placed, handed) = (outcome as ConfirmOutcome.Placed, outcome as ConfirmOutcome.HandedOff);
        var mode = placed is null ? ConfirmMode.Handoff : ConfirmMode.Placed;
        var order = new PlacedOrder(
            Guid.CreateVersion7(now),
            OrderRef(quote.Provider, now),
            session.RequestId,
            session.Id,
            leg.Number,
            quote.Provider,
            placed?.ProviderOrderId ?? handed?.ProviderOrderId,
            session.UserId,
            mode,
            quote.TotalCents,
            quote.CommissionCents,
            leg.Basket.Items.Count,
            placed?.TrackingUrl,
            handed?.CheckoutUrl,
            failoverFrom,
            now);
        return Done(session, leg, quote, order, placed?.EstimatedDelivery);
    }

    /// <summary>A part whose order is known.</summary>
    internal static LegOutcome.Done Done(
        ClaimedSession session, OrderLeg leg, SessionQuote quote, PlacedOrder order, DateTimeOffset? estimatedDelivery)
    {
        var eta = quote.Quote.Quote.EstimatedDeliveryMinutes ?? Smplat.Core.Commerce.Scoring.ScoreInput.DefaultEtaMinutes;
        var isPlaced = order.Mode == ConfirmMode.Placed;
        return new LegOutcome.Done(
            order,
            new AttemptEnd(OrderAttempt.KeyFor(session.Id, leg.Number, quote.Provider), isPlaced ? "placed" : "handed_off"),
            estimatedDelivery ?? order.CreatedAt.AddMinutes(eta))
        {
            // A hand-off is no success yet: the shopper may leave the provider's checkout.
            Learned = isPlaced
                ? [Lesson(session, leg, quote, true, order.CreatedAt) with { OrderId = order.OrderRef }]
                : [],
        };
    }

    private static OrderOutcome Lesson(
        ClaimedSession session, OrderLeg leg, SessionQuote quote, bool wasSuccessful, DateTimeOffset at) =>
        new(
            OrderAttempt.KeyFor(session.Id, leg.Number, quote.Provider),
            quote.Provider,
            IsReport: false,
            wasSuccessful,
            WasCancelled: false,
            leg.Basket.Items.Count,
            at)
        {
            TotalCents = quote.TotalCents,
            CommissionCents = quote.CommissionCents,
            PromisedDeliveryMinutes = quote.Quote.Quote.EstimatedDeliveryMinutes is > 0 and var minutes ? minutes : null,
        };

    private static string OrderRef(ProviderId provider, DateTimeOffset now) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"order_{provider.ToWire().ToLowerInvariant()}_{now.ToUnixTimeMilliseconds()}_{RandomNumberGenerator.GetString(RefAlphabet, 8)}");
}
