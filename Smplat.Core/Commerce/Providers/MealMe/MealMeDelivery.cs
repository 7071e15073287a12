using Microsoft.Extensions.Options;

namespace Smplat.Core.Commerce.Providers.MealMe;

/// <summary>The steps of ordering at the aggregator by hand: cart, delivery quotes, checkout page, and the search for shops.</summary>
public sealed class MealMeDelivery(
    AggregatorDialects dialects, MealMeOrderStore orders, IOptionsMonitor<MealMeOptions> access, TimeProvider clock)
{
    private static readonly TimeSpan StepTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SearchTime = TimeSpan.FromSeconds(8);

    private const int Retries = 2;

    public Task<DeliveryOutcome> CreateCartAsync(CreateCart cart, CancellationToken cancellationToken) =>
        StepAsync(StepTime, (budget, token) => CreateCartAsync(cart, budget, token), cancellationToken);

    public Task<DeliveryOutcome> QuoteAsync(GetDeliveryQuotes request, CancellationToken cancellationToken) =>
        StepAsync(StepTime, (budget, token) => QuoteAsync(request, budget, token), cancellationToken);

    public string CheckoutUrl(GetCheckoutUrl request) =>
        MealMeLinks.Checkout(access.CurrentValue, request.CartId, request.UseConnect);

    public Task<DeliveryOutcome> FindShopsAsync(FindShops request, CancellationToken cancellationToken) => StepAsync(
        SearchTime,
        async Task<DeliveryOutcome> (budget, token) =>
        {
            var shops = await dialects.Current.FindShopsAsync(request.Query, request.Place, request.Kind, budget, token);
            return new DeliveryOutcome.ShopsFound([.. shops.Take(request.Limit)]);
        },
        cancellationToken);

    private async Task<DeliveryOutcome> CreateCartAsync(CreateCart request, CallBudget budget, CancellationToken cancellationToken)
    {
        var nowhere = new DeliveryAddress("", "");
        var offer = await dialects.Current.SearchAsync(request.Items, request.Place, nowhere, budget, cancellationToken);
        if (ShopChoice.Best(request.Items, offer) is not { } choice)
        {
            return new DeliveryOutcome.Failed(
                offer.Shops.Count == 0 ? ProviderFailure.NoStores(ProviderId.MealMe) : ProviderFailure.NoItemsMatched(ProviderId.MealMe));
        }

        var cart = await dialects.Current.CreateCartAsync(
            choice.Shop.Id, choice.Lines, request.UserId, request.Place, budget, cancellationToken);
        var orderId = await orders.AddCartAsync(request.UserId, cart, cancellationToken);
        var missing = choice.Basket.Items.Where(item => item.Product is null).Select(item => item.Item.Name);
        return new DeliveryOutcome.CartCreated(cart, choice.Shop, orderId, [.. missing]);
    }

    private async Task<DeliveryOutcome> QuoteAsync(GetDeliveryQuotes request, CallBudget budget, CancellationToken cancellationToken)
    {
        if (await dialects.Current.FindCartAsync(request.CartId, budget, cancellationToken) is not { } cart)
        {
            return new DeliveryOutcome.NotFound("cartId");
        }

        var quotes = DeliveryQuote.Rank(
            cart.Deliveries.Count > 0 ? cart.Deliveries : [await QuoteOrderAsync(cart, request, budget, cancellationToken)]);
        return request.OrderId is { } orderId && !await orders.ReplaceQuotesAsync(orderId, quotes, cancellationToken)
            ? new DeliveryOutcome.NotFound("order_id")
            : new DeliveryOutcome.Quoted(quotes);
    }

    /// <summary>Where carts carry no delivery quotes, an order that is not placed tells the fee.</summary>
    private async Task<AggregatorDelivery> QuoteOrderAsync(
        AggregatorCart cart, GetDeliveryQuotes request, CallBudget budget, CancellationToken cancellationToken)
    {
        if (request.Address is not { } address)
        {
            throw new ProviderFailureException(ProviderFailure.BadAnswer(
                ProviderId.MealMe, "no delivery quotes with the cart; it quotes them only for an address"));
        }

        var order = await dialects.Current.QuoteAsync(
            cart.ShopId, cart.Lines, address, AggregatorCustomer.Of(access.CurrentValue, "smplat-quote"), null, budget, cancellationToken);
        return new AggregatorDelivery("standard", order.Minutes?.Max, order.FeesCents);
    }

    private async Task<DeliveryOutcome> StepAsync(
        TimeSpan time, Func<CallBudget, CancellationToken, Task<DeliveryOutcome>> step, CancellationToken cancellationToken)
    {
        if (!access.CurrentValue.HasCredentials)
        {
            return new DeliveryOutcome.Failed(ProviderFailure.MissingCredentials(ProviderId.MealMe));
        }

        using var limit = new CancellationTokenSource(time, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await step(new CallBudget(clock, time, Retries), either.Token);
        }
        catch (ProviderFailureException failed)
        {
            return new DeliveryOutcome.Failed(failed.Failure);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return new DeliveryOutcome.Failed(ProviderFailure.Timeout(ProviderId.MealMe, (int)time.TotalMilliseconds));
        }
    }
}
