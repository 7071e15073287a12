using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Smplat.Core.Commerce.Learning;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Routing;
using Smplat.Core.Commerce.Scoring;

namespace Smplat.Core.Commerce.Confirmation;

/// <summary>The result of ordering one part.</summary>
/// <param name="Number">Of the part; 0 when the order is not split.</param>
public abstract record LegOutcome(int Number)
{
    public bool FailoverAttempted { get; init; }

    /// <summary>What the attempts showed about their providers.</summary>
    public IReadOnlyList<OrderOutcome> OrderOutcomes { get; init; } = [];

    public sealed record Done(PlacedOrder Order, AttemptEnd Attempt, DateTimeOffset EstimatedDelivery) : LegOutcome(Order.Leg);

    /// <summary>Provably nothing was ordered.</summary>
    public sealed record Failed(int Number, ProviderId Provider, ProviderFailure Failure) : LegOutcome(Number);

    /// <summary>The provider may have the order; recovery will find out.</summary>
    public sealed record Unknown(int Number, ProviderId Provider) : LegOutcome(Number)
    {
        public string? Reason { get; init; }
    }
}

/// <summary>An order that a provider has, or for which the shopper was handed over to the provider's checkout.</summary>
public sealed record PlacedOrder
{
    public required Guid Id { get; init; }

    public required string OrderRef { get; init; }

    public required string RequestId { get; init; }

    public required Guid SessionId { get; init; }

    public required int Leg { get; init; }

    public required ProviderId Provider { get; init; }

    public string? ProviderOrderId { get; init; }

    public string? UserId { get; init; }

    public required ConfirmMode Mode { get; init; }

    public required long TotalCents { get; init; }

    public required long CommissionCents { get; init; }

    public required int ItemsCount { get; init; }

    public string? TrackingUrl { get; init; }

    public string? CheckoutUrl { get; init; }

    public ProviderId? FailoverFrom { get; init; }

    /// <summary>Made from invented prices; no provider has it.</summary>
    public bool IsMock { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>One attempt at one provider, stored before the provider is called.</summary>
public sealed record OrderAttempt(
    Guid Id,
    Guid SessionId,
    int Leg,
    int Number,
    ProviderId Provider,
    string IdempotencyKey,
    long TotalCents,
    DateTimeOffset StartedAt)
{
    public static OrderAttempt Start(
        ClaimedSession session, int leg, int number, SessionQuote quote, DateTimeOffset now) =>
        new(
            Guid.CreateVersion7(now),
            session.Id,
            leg,
            number,
            quote.Provider,
            KeyFor(session.Id, leg, quote.Provider),
            quote.TotalCents,
            now);

    /// <summary>The same for every repetition at this provider, also after a crash.</summary>
    public static string KeyFor(Guid sessionId, int leg, ProviderId provider) =>
        $"{sessionId:N}-{leg}-{provider.ToWire().ToLowerInvariant()}";
}

/// <summary>How an attempt ended.</summary>
/// <param name="Outcome"><c>placed</c>, <c>handed_off</c>, <c>failed</c> or <c>unknown</c>.</param>
public sealed record AttemptEnd(string IdempotencyKey, string Outcome, ProviderFailure? Failure = null)
{
    /// <summary>What proves the outcome, in words; null when the provider's own answer does.</summary>
    public string? Evidence { get; init; }
}

/// <summary>What is known of an attempt whose answer was lost.</summary>
internal abstract record PlacementEvidence
{
    /// <summary>The provider, or an operator, shows the order.</summary>
    public sealed record Living(LookupOutcome.Found Order) : PlacementEvidence;

    /// <summary>There is no order and there never will be one.</summary>
    public sealed record Dead(string Proof) : PlacementEvidence;

    /// <summary>Neither; also when the provider does not show the order, since it may still commit it.</summary>
    public sealed record Open(string Reason) : PlacementEvidence;
}

/// <summary>
/// Orders one part at its provider, and at most once at the best alternative when the first provably took nothing. It runs to
/// the end even when the caller disconnects: an order that was started must not be lost.
/// </summary>
public sealed class LegConfirmation(
    ProviderGateways gateways,
    QuoteRefresh refresh,
    PlacementInquiry inquiry,
    ProviderOrderStore orders,
    ConfirmationEventLog events,
    IOptionsMonitor<ConfirmationOptions> options,
    TimeProvider clock)
{
    private const string RefAlphabet = "0123456789abcdefghijklmnopqrstuvwxyz";

    /// <summary>The current quote; nothing is ordered.</summary>
    public async Task<PreparedLeg> PrepareAsync(OrderLeg leg)
    {
        var (quote, failure) = await refresh.CurrentAsync(leg.Quote, leg.Basket, CancellationToken.None);
        return new PreparedLeg(leg, quote, failure);
    }

    /// <summary>A provider that takes orders may refuse one; a hand-off always works.</summary>
    public bool MayFail(PreparedLeg prepared) =>
        gateways.For(prepared.Agreed.Provider).Capabilities.Confirm == ConfirmMode.Placed;

    public async Task<LegOutcome> ConfirmAsync(ClaimedSession session, PreparedLeg prepared, PaymentMethod? payment)
    {
        var leg = prepared.Leg;
        var first = prepared.Quote is { } quote
            ? await AttemptAsync(session, leg, quote, payment, 1, null)
            : NoQuote(session, prepared);
        return first is LegOutcome.Failed failed && await AlternativeAsync(leg, failed) is { } alternative
            ? await FailOverAsync(session, leg, alternative, payment, failed)
            : first;
    }

    /// <summary>The provider no longer gives a quote.</summary>
    public LegOutcome.Failed NoQuote(ClaimedSession session, PreparedLeg prepared) =>
        Failed(session, prepared.Leg, prepared.Agreed, prepared.Failure!);

    /// <summary>Finds out about an attempt whose end was not recorded. The caller owns the session and nobody else does.</summary>
    /// <returns>The order, <see cref="LegOutcome.Unknown"/> while nothing is proven, or null when there is provably no order.</returns>
    public async Task<LegOutcome?> ResolveAsync(ClaimedSession session, OrderLeg leg, AttemptRow attempt)
    {
        if (QuoteOf(session, leg, attempt) is not { } quote)
        {
            return new LegOutcome.Unknown(leg.Number, ProviderIds.Parse(attempt.ProviderId)) { Reason = "the session no longer holds its quote" };
        }

        switch (await inquiry.AskAsync(session, leg, quote, attempt))
        {
            case PlacementEvidence.Living { Order: var found }:
                return Done(
                    session, leg, quote, inquiry.Outcome(quote, found), attempt.AttemptNo > 1 ? leg.Quote.Provider : null);
            case PlacementEvidence.Dead dead:
                var isOurs = await orders.FinishAsync(
                    session,
                    new AttemptEnd(attempt.IdempotencyKey, "failed") { Evidence = dead.Proof },
                    clock.GetUtcNow(),
                    CancellationToken.None);
                return isOurs ? null : new LegOutcome.Unknown(leg.Number, quote.Provider) { Reason = "another process has taken over" };
            case PlacementEvidence.Open open:
                return new LegOutcome.Unknown(leg.Number, quote.Provider) { Reason = open.Reason };
            case var evidence:
                throw new InvalidOperationException($"No conclusion from {evidence}.");
        }
    }

    /// <summary>A part whose order is stored.</summary>
    public static LegOutcome.Done Done(
        ClaimedSession session, OrderLeg leg, SessionQuote quote, PlacedOrder order, DateTimeOffset? estimatedDelivery)
    {
        var eta = quote.Quote.Quote.EstimatedDeliveryMinutes ?? ScoreInput.DefaultEtaMinutes;
        var isPlaced = order.Mode == ConfirmMode.Placed;
        return new LegOutcome.Done(
            order,
            new AttemptEnd(OrderAttempt.KeyFor(session.Id, leg.Number, quote.Provider), isPlaced ? "placed" : "handed_off"),
            estimatedDelivery ?? order.CreatedAt.AddMinutes(eta))
        {
            // A hand-off is not a success yet: the shopper may leave the provider's checkout.
            OrderOutcomes = isPlaced
                ? [Outcome(session, leg, quote, true, order.CreatedAt) with { OrderId = order.OrderRef }]
                : [],
        };
    }

    private async Task<LegOutcome> AttemptAsync(
        ClaimedSession session, OrderLeg leg, SessionQuote quote, PaymentMethod? payment, int number, ProviderId? failoverFrom)
    {
        var attempt = OrderAttempt.Start(session, leg.Number, number, quote, clock.GetUtcNow());
        if (!await orders.StartAsync(session, attempt, CancellationToken.None))
        {
            return new LegOutcome.Unknown(leg.Number, quote.Provider);
        }

        var version = session.RowVersion;
        var request = leg.Request(session, quote, payment) with
        {
            MaySubmitAsync = token => orders.SubmitAsync(session.Id, version, attempt.IdempotencyKey, clock.GetUtcNow(), token),
        };
        using var span = ProviderSpan.Start("confirm", quote.Provider);
        var outcome = await inquiry.ConfirmAsync(request);
        if (outcome is ConfirmOutcome.Failed { ProvablyNothingPlaced: false } ambiguous)
        {
            outcome = await inquiry.SettleAsync(session, leg, quote, attempt, ambiguous);
        }

        span.End((outcome as ConfirmOutcome.Failed)?.Failure);
        if (outcome is not ConfirmOutcome.Failed failed)
        {
            return Done(session, leg, quote, outcome, failoverFrom);
        }

        var isOurs = await orders.FinishAsync(
            session,
            new AttemptEnd(request.IdempotencyKey, failed.ProvablyNothingPlaced ? "failed" : "unknown", failed.Failure),
            clock.GetUtcNow(),
            CancellationToken.None);
        return isOurs && failed.ProvablyNothingPlaced
            ? Failed(session, leg, quote, failed.Failure)
            : new LegOutcome.Unknown(leg.Number, quote.Provider);
    }

    /// <summary>The current quote of the best alternative, unless it is more expensive than what the shopper agreed to, or has fewer items.</summary>
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
        await events.FailoverAsync(session, failed.Provider, alternative.Provider, failed.Failure.Code);
        var second = await AttemptAsync(session, leg, alternative, payment, 2, failed.Provider);
        return second with { FailoverAttempted = true, OrderOutcomes = [.. failed.OrderOutcomes, .. second.OrderOutcomes] };
    }

    private LegOutcome.Done Done(
        ClaimedSession session, OrderLeg leg, SessionQuote quote, ConfirmOutcome outcome, ProviderId? failoverFrom)
    {
        var now = clock.GetUtcNow();
        var (placed, handedOff) = (outcome as ConfirmOutcome.Placed, outcome as ConfirmOutcome.HandedOff);
        var order = new PlacedOrder
        {
            Id = Guid.CreateVersion7(now),
            OrderRef = OrderRef(quote.Provider, now),
            RequestId = session.RequestId,
            SessionId = session.Id,
            Leg = leg.Number,
            Provider = quote.Provider,
            ProviderOrderId = placed?.ProviderOrderId ?? handedOff?.ProviderOrderId,
            UserId = session.UserId,
            Mode = placed is null ? ConfirmMode.Handoff : ConfirmMode.Placed,
            TotalCents = quote.TotalCents,
            CommissionCents = quote.CommissionCents,
            ItemsCount = leg.Basket.Items.Count,
            TrackingUrl = placed?.TrackingUrl,
            CheckoutUrl = handedOff?.CheckoutUrl,
            FailoverFrom = failoverFrom,
            IsMock = quote.Quote.IsMock,
            CreatedAt = now,
        };
        return Done(session, leg, quote, order, placed?.EstimatedDelivery);
    }

    private LegOutcome.Failed Failed(ClaimedSession session, OrderLeg leg, SessionQuote quote, ProviderFailure failure) =>
        new(leg.Number, quote.Provider, failure)
        {
            OrderOutcomes = [Outcome(session, leg, quote, false, clock.GetUtcNow())],
        };

    private static SessionQuote? QuoteOf(ClaimedSession session, OrderLeg leg, AttemptRow attempt) =>
        session.Quotes.FirstOrDefault(quote =>
            quote.Provider.ToWire() == attempt.ProviderId && (quote.Leg is null || quote.Leg == leg.Number));

    private static OrderOutcome Outcome(
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

/// <summary>Requests a new quote before ordering when the stored one is old or came from the other mode (mock or real).</summary>
public sealed class QuoteRefresh(
    ProviderRegistry registry, ProviderGateways gateways, IOptionsMonitor<ConfirmationOptions> options, TimeProvider clock)
{
    /// <returns>The quote to order by, or why there is none. A provider that was switched off in the meantime is not asked.</returns>
    public async Task<(SessionQuote? Quote, ProviderFailure? Failure)> CurrentAsync(
        SessionQuote agreed, QuoteRequest basket, CancellationToken cancellationToken)
    {
        var config = registry.Find(agreed.Provider);
        if (!config.Enabled)
        {
            return (null, ProviderFailure.Unavailable(config.Id, "switched off"));
        }

        if (!IsStale(agreed.Quote, config))
        {
            return (agreed, null);
        }

        var outcome = await gateways.For(config.Id).QuoteAsync(basket with { Fresh = true }, config, cancellationToken);
        if (outcome is not QuoteOutcome.Quoted { Quote: var quote })
        {
            return (null, ((QuoteOutcome.Failed)outcome).Failure);
        }

        return ViabilityPolicy.Check(quote, basket, config.Id) is { } problem
            ? (null, problem)
            : (agreed with
            {
                Quote = quote with { ItemAvailability = [], Raw = null, Fees = [] },
                Found = quote.FoundCount,
                Substituted = quote.SubstitutedCount,
            }, null);
    }

    /// <summary>A mock price is never ordered for real, nor a real price with the mock.</summary>
    private bool IsStale(ProviderQuote quote, ProviderConfig config) =>
        clock.GetUtcNow() - quote.FetchedAt > TimeSpan.FromSeconds(options.CurrentValue.RequoteAfterSeconds)
        || quote.IsMock != config.Mock;
}

/// <summary>
/// Whether another provider may be tried after a failure: only when nothing can have been placed, only after transient faults,
/// never after a payment or address was refused. An unknown code is final.
/// </summary>
internal static class FailoverPolicy
{
    public static bool MayTryAnother(ProviderFailure failure, bool provablyNothingPlaced) =>
        provablyNothingPlaced && failure.Retryable && IsTransient(failure.Code);

    private static bool IsTransient(string code) => code switch
    {
        ProviderFailureCodes.Timeout or ProviderFailureCodes.Unavailable or ProviderFailureCodes.CircuitOpen => true,
        ProviderFailureCodes.PaymentDeclined or ProviderFailureCodes.InvalidAddress => false,
        "HTTP_408" or "HTTP_429" => true,
        _ => code.Length == 8 && code.StartsWith("HTTP_5", StringComparison.Ordinal),
    };
}
