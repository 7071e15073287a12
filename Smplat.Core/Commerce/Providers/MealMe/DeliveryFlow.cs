namespace Smplat.Core.Commerce.Providers.MealMe;

/// <summary>Cart, quotes and checkout page in one go. It stops at the first step that fails and says which one it was.</summary>
public sealed class DeliveryFlow(MealMeDelivery delivery, TimeProvider clock)
{
    private static readonly TimeSpan WholeTime = TimeSpan.FromSeconds(45);

    public async Task<DeliveryFlowOutcome> RunAsync(PlaceDelivery request, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(WholeTime, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await RunStepsAsync(request, either.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return new DeliveryFlowOutcome.Stopped(
                "delivery", ProviderFailure.Timeout(ProviderId.MealMe, (int)WholeTime.TotalMilliseconds));
        }
    }

    private async Task<DeliveryFlowOutcome> RunStepsAsync(PlaceDelivery request, CancellationToken cancellationToken)
    {
        var carted = await delivery.CreateCartAsync(request.Cart, cancellationToken);
        if (carted is not DeliveryOutcome.CartCreated cart)
        {
            return Stopped("create_cart", carted);
        }

        var priced = await delivery.QuoteAsync(
            new GetDeliveryQuotes(cart.Cart.CartId, cart.OrderId, request.Address), cancellationToken);
        return priced is DeliveryOutcome.Quoted quotes
            ? new DeliveryFlowOutcome.Ready(
                cart, quotes.Quotes, delivery.CheckoutUrl(new GetCheckoutUrl(cart.Cart.CartId, UseConnect: true)))
            : Stopped("get_quotes", priced);
    }

    private static DeliveryFlowOutcome.Stopped Stopped(string step, DeliveryOutcome outcome) => outcome is DeliveryOutcome.Failed failed
        ? new DeliveryFlowOutcome.Stopped(step, failed.Failure)
        : new DeliveryFlowOutcome.Stopped(step, ProviderFailure.BadAnswer(ProviderId.MealMe, "a cart that it does not know"));
}
