using Microsoft.Extensions.Options;

namespace Smplat.Core.Commerce.Providers.MealMe;

/// <summary>
/// Places an order at most once per idempotency key: the vendor's order id is stored before the order is placed, so a
/// repeated or resumed confirmation finds it instead of ordering again.
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
            if (await FindPlacedAsync(request, budget, cancellationToken) is { } earlier)
            {
                return Placed(earlier);
            }

            var order = await PrepareAsync(request, budget, cancellationToken);
            if (order.TotalCents > request.Quote.Quote.TotalCents + Tolerance(request.Quote.Quote.TotalCents))
            {
                return new ConfirmOutcome.Failed(
                    ProviderFailure.Unavailable(ProviderId.MealMe, "the price has gone up"), ProvablyNothingPlaced: true);
            }

            await orders.AddAttemptAsync(request.IdempotencyKey, order, cancellationToken);
            return await SubmitAsync(order, request.Payment?.Token, budget, cancellationToken);
        }
        catch (ProviderFailureException failed)
        {
            return new ConfirmOutcome.Failed(failed.Failure, ProvablyNothingPlaced: true);
        }
    }

    public async Task<LookupOutcome> FindAsync(
        ConfirmRequest request, ProviderConfig config, CancellationToken cancellationToken)
    {
        try
        {
            return await FindPlacedAsync(request, CallBudget.From(config, clock), cancellationToken) is { } order
                ? new LookupOutcome.Found(order.OrderId, order.TrackingUrl)
                : new LookupOutcome.NotFound();
        }
        catch (ProviderFailureException failed)
        {
            return new LookupOutcome.Unknown(failed.Failure.Message);
        }
    }

    private async Task<AggregatorQuote?> FindPlacedAsync(
        ConfirmRequest request, CallBudget budget, CancellationToken cancellationToken) =>
        await orders.FindAsync(request.IdempotencyKey, cancellationToken) is { MealmeOrderId: { } orderId }
        && await dialects.Current.FindOrderAsync(orderId, budget, cancellationToken) is { IsPlaced: true } order
            ? order
            : null;

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
