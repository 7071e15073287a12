using Microsoft.Extensions.Options;

namespace Smplat.Core.Commerce.Providers.MealMe;

/// <summary>
/// Places an order at most once per idempotency key: the vendor's order id is stored before the order is placed, so a
/// repeated or resumed confirmation finds it instead of ordering again. Until the vendor shows that a submitted order is
/// dead, no second one is made for the same key.
/// </summary>
internal sealed class MealMeOrderPlacer(
    AggregatorDialects dialects, MealMeOrderStore orders, IOptionsMonitor<MealMeOptions> access, TimeProvider clock)
{
    public async Task<ConfirmOutcome> PlaceAsync(
        ConfirmRequest request, ProviderConfig config, CancellationToken cancellationToken)
    {
        if (!access.CurrentValue.HasCredentials)
        {
            return new ConfirmOutcome.Failed(ProviderFailure.MissingCredentials(ProviderId.MealMe), ProvablyNothingPlaced: true);
        }

        var budget = CallBudget.From(config, clock);
        try
        {
            if (await EarlierAsync(request, budget, cancellationToken) is { } earlier)
            {
                return earlier;
            }

            var order = await PrepareAsync(request, budget, cancellationToken);
            if (order.TotalCents > request.Quote.Quote.TotalCents + Tolerance(request.Quote.Quote.TotalCents))
            {
                return new ConfirmOutcome.Failed(
                    ProviderFailure.Unavailable(ProviderId.MealMe, "the price has gone up"), ProvablyNothingPlaced: true);
            }

            if (request.MaySubmitAsync is { } maySubmit && !await maySubmit(cancellationToken))
            {
                return new ConfirmOutcome.Failed(
                    ProviderFailure.Unavailable(ProviderId.MealMe, "another process has taken the confirmation over") with { Retryable = false },
                    ProvablyNothingPlaced: true);
            }

            await orders.AddSubmittedAsync(request.IdempotencyKey, order, clock.GetUtcNow(), cancellationToken);
            return await SubmitAsync(order, request.Payment?.Token, budget, cancellationToken);
        }
        catch (ProviderFailureException failed)
        {
            return new ConfirmOutcome.Failed(failed.Failure, ProvablyNothingPlaced: true);
        }
    }

    /// <summary>
    /// What the vendor and its webhooks say of the order. An order that the vendor shows as not placed may still be committed.
    /// </summary>
    public async Task<LookupOutcome> FindAsync(
        ConfirmRequest request, ProviderConfig config, CancellationToken cancellationToken)
    {
        var known = await orders.FindAsync(request.IdempotencyKey, cancellationToken);
        if (known?.MealmeOrderId is not { } orderId)
        {
            return new LookupOutcome.NotFound();
        }

        try
        {
            var order = await dialects.Current.FindOrderAsync(orderId, CallBudget.From(config, clock), cancellationToken);
            return order switch
            {
                { IsPlaced: true } => new LookupOutcome.Found(order.OrderId, order.TrackingUrl),
                { IsDead: true } => new LookupOutcome.Dead($"the vendor shows {orderId} as {order.Status}"),
                _ => Told(known) ?? new LookupOutcome.NotFound(),
            };
        }
        catch (ProviderFailureException failed)
        {
            return Told(known) ?? new LookupOutcome.Unknown(failed.Failure.Message);
        }
    }

    /// <summary>What a webhook has said. A cancellation may have been of the quote alone, so only the vendor's answer proves that one.</summary>
    private static LookupOutcome? Told(MealMeOrderRow known) =>
        MealMeOrderStatus.IsPlaced(known.Status) ? new LookupOutcome.Found(known.MealmeOrderId!, known.TrackingUrl) : null;

    /// <summary>The order of an earlier attempt with the same key: found, unknown, or null when a new one may be made.</summary>
    private async Task<ConfirmOutcome?> EarlierAsync(ConfirmRequest request, CallBudget budget, CancellationToken cancellationToken)
    {
        if (await orders.FindAsync(request.IdempotencyKey, cancellationToken) is not { MealmeOrderId: { } orderId } known)
        {
            return null;
        }

        var wasSubmitted = known.SubmittedAt is not null || MealMeOrderStatus.IsPlaced(known.Status);
        try
        {
            var order = await dialects.Current.FindOrderAsync(orderId, budget, cancellationToken);
            return order is { IsPlaced: true } ? Placed(order)
                : order is { IsDead: true } || !wasSubmitted ? null
                : new ConfirmOutcome.Failed(
                    ProviderFailure.Unavailable(ProviderId.MealMe, "an earlier order is not settled"), ProvablyNothingPlaced: false);
        }
        catch (ProviderFailureException failed) when (wasSubmitted)
        {
            return new ConfirmOutcome.Failed(failed.Failure, ProvablyNothingPlaced: false);
        }
    }

    private Task<AggregatorQuote> PrepareAsync(ConfirmRequest request, CallBudget budget, CancellationToken cancellationToken) =>
        dialects.Current.QuoteAsync(
            request.Quote.Store?.Id ?? "",
            LinesOf(request.Quote),
            request.Basket.Address,
            AggregatorCustomer.ForOrder(access.CurrentValue, request),
            request.IdempotencyKey,
            budget,
            cancellationToken);

    /// <summary>From here on the order may have been placed despite a failure, unless the vendor refused or was never reached.</summary>
    private async Task<ConfirmOutcome> SubmitAsync(
        AggregatorQuote order, string? paymentToken, CallBudget budget, CancellationToken cancellationToken)
    {
        try
        {
            var placed = await dialects.Current.PlaceAsync(order.OrderId, paymentToken, budget, cancellationToken);
            if (!placed.IsPlaced)
            {
                return new ConfirmOutcome.Failed(
                    ProviderFailure.BadAnswer(ProviderId.MealMe, $"the submit with an order that is {placed.Status}"), placed.IsDead);
            }

            await orders.MarkPlacedAsync(order.OrderId, placed.TrackingUrl, cancellationToken);
            return Placed(placed);
        }
        catch (ProviderFailureException failed) when (failed.Failure.Code == "HTTP_402")
        {
            return new ConfirmOutcome.Failed(
                new ProviderFailure(ProviderFailureCodes.PaymentDeclined, "The payment was declined", Retryable: false), true);
        }
        catch (ProviderFailureException failed)
        {
            return new ConfirmOutcome.Failed(failed.Failure, IsRefusal(failed));
        }
    }

    private ConfirmOutcome.Placed Placed(AggregatorQuote order) => new(
        order.OrderId,
        order.TrackingUrl,
        order.Minutes is { } minutes ? clock.GetUtcNow().AddMinutes(minutes.Max) : null);

    private static bool IsRefusal(ProviderFailureException failed) =>
        failed.Failure.Code is "HTTP_400" or "HTTP_401" or "HTTP_403" or "HTTP_404" or "HTTP_406" or "HTTP_422" or "HTTP_503"
            or ProviderFailureCodes.QuotaExhausted
        || failed.InnerException is HttpRequestException
        {
            HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError,
        };

    private static AggregatorLine[] LinesOf(ProviderQuote quote) =>
    [
        .. quote.Cart.Where(line => line.ProviderSku is not null)
            .GroupBy(line => line.ProviderSku!, StringComparer.Ordinal)
            .Select(group => new AggregatorLine(
                group.Key, group.First().Name, group.Sum(line => line.Packs ?? 1), group.First().PriceCents)),
    ];

    /// <summary>How far the price may rise without asking the shopper again: 100 cents or 2 percent.</summary>
    private static long Tolerance(long cents) => Math.Max(100, Cents.Share(cents, 0.02m));
}
