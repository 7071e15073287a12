using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;

namespace Smplat.Core.Commerce.Providers.MealMe;

/// <summary>
/// Ordering at the aggregator step by step: cart, delivery quotes, checkout page, and the search for shops. Each step has its
/// own time limit. <see cref="DeliveryFlow"/> runs all of them in one call.
/// </summary>
public sealed class MealMeDelivery(
    AggregatorDialects dialects, MealMeOrderStore orders, IOptionsMonitor<MealMeOptions> access, TimeProvider clock)
{
    private static readonly TimeSpan StepTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SearchTimeout = TimeSpan.FromSeconds(8);

    public Task<MealMeDeliveryOutcome> CreateCartAsync(CreateCart cart, CancellationToken cancellationToken) =>
        StepAsync(StepTimeout, (budget, token) => CreateCartAsync(cart, budget, token), cancellationToken);

    public Task<MealMeDeliveryOutcome> QuoteAsync(GetDeliveryQuotes request, CancellationToken cancellationToken) =>
        StepAsync(StepTimeout, (budget, token) => QuoteAsync(request, budget, token), cancellationToken);

    public string CheckoutUrl(GetCheckoutUrl request) =>
        MealMeLinks.Checkout(access.CurrentValue, request.CartId, request.UseConnect);

    public Task<MealMeDeliveryOutcome> FindShopsAsync(FindShops request, CancellationToken cancellationToken) => StepAsync(
        SearchTimeout,
        async Task<MealMeDeliveryOutcome> (budget, token) =>
        {
            var shops = await dialects.Current.FindShopsAsync(request.Query, request.Place, request.Kind, budget, token);
            return new MealMeDeliveryOutcome.ShopsFound([.. shops.Take(request.Limit)]);
        },
        cancellationToken);

    private async Task<MealMeDeliveryOutcome> CreateCartAsync(CreateCart request, CallBudget budget, CancellationToken cancellationToken)
    {
        var nowhere = new DeliveryAddress("", "");
        var offer = await dialects.Current.SearchAsync(request.Items, request.Place, nowhere, budget, cancellationToken);
        if (ShopChoice.Best(request.Items, offer) is not { } choice)
        {
            return new MealMeDeliveryOutcome.Failed(
                offer.Shops.Count == 0 ? ProviderFailure.NoStores(ProviderId.MealMe) : ProviderFailure.NoItemsMatched(ProviderId.MealMe));
        }

        var cart = await dialects.Current.CreateCartAsync(
            choice.Shop.Id, choice.Lines, request.UserId, request.Place, budget, cancellationToken);
        var orderId = await orders.AddCartAsync(request.UserId, cart, cancellationToken);
        var missing = choice.Basket.Items.Where(item => item.Product is null).Select(item => item.Item.Name);
        return new MealMeDeliveryOutcome.CartCreated(cart, choice.Shop, orderId, [.. missing]);
    }

    private async Task<MealMeDeliveryOutcome> QuoteAsync(GetDeliveryQuotes request, CallBudget budget, CancellationToken cancellationToken)
    {
        if (await dialects.Current.FindCartAsync(request.CartId, budget, cancellationToken) is not { } cart)
        {
            return new MealMeDeliveryOutcome.NotFound("cartId");
        }

        var quotes = DeliveryQuote.Rank(
            cart.Deliveries.Count > 0 ? cart.Deliveries : [await QuoteOrderAsync(cart, request, budget, cancellationToken)]);
        return request.OrderId is { } orderId && !await orders.ReplaceQuotesAsync(orderId, quotes, cancellationToken)
            ? new MealMeDeliveryOutcome.NotFound("order_id")
            : new MealMeDeliveryOutcome.Quoted(quotes);
    }

    /// <summary>Where carts carry no delivery quotes, an order that is not placed gives the fee.</summary>
    private async Task<AggregatorDelivery> QuoteOrderAsync(
        AggregatorCart cart, GetDeliveryQuotes request, CallBudget budget, CancellationToken cancellationToken)
    {
        if (request.Address is not { } address)
        {
            throw new ProviderFailureException(ProviderFailure.BadAnswer(
                ProviderId.MealMe, "no delivery quotes with the cart; it quotes them only for an address"));
        }

        var order = await dialects.Current.QuoteAsync(
            cart.ShopId, cart.Lines, address, AggregatorCustomer.ForQuote(access.CurrentValue, "smplat-quote"), null, budget, cancellationToken);
        return new AggregatorDelivery("standard", order.Minutes?.Max, order.FeesCents);
    }

    private async Task<MealMeDeliveryOutcome> StepAsync(
        TimeSpan timeout, Func<CallBudget, CancellationToken, Task<MealMeDeliveryOutcome>> step, CancellationToken cancellationToken) =>
        access.CurrentValue.HasCredentials
            ? await CallBudget.RunAsync(
                ProviderId.MealMe, timeout, clock, step, failure => new MealMeDeliveryOutcome.Failed(failure), cancellationToken)
            : new MealMeDeliveryOutcome.Failed(ProviderFailure.MissingCredentials(ProviderId.MealMe));
}

/// <summary>The result of one step of a delivery order.</summary>
public abstract record MealMeDeliveryOutcome
{
    private MealMeDeliveryOutcome()
    {
    }

    /// <param name="OrderId">Our id of the order.</param>
    public sealed record CartCreated(AggregatorCart Cart, AggregatorShop Shop, Guid OrderId, IReadOnlyList<string> Missing) : MealMeDeliveryOutcome;

    public sealed record Quoted(IReadOnlyList<DeliveryQuote> Quotes) : MealMeDeliveryOutcome;

    public sealed record ShopsFound(IReadOnlyList<AggregatorShop> Shops) : MealMeDeliveryOutcome;

    /// <summary>The vendor knows no such cart, or we know no such order.</summary>
    public sealed record NotFound(string What) : MealMeDeliveryOutcome;

    public sealed record Failed(ProviderFailure Failure) : MealMeDeliveryOutcome;
}

/// <summary>Cart, quotes and checkout page in one call. It stops at the first step that fails and says which one that was.</summary>
public sealed class DeliveryFlow(MealMeDelivery delivery, TimeProvider clock)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(45);

    public Task<DeliveryFlowOutcome> RunAsync(PlaceDelivery request, CancellationToken cancellationToken) => CallBudget.RunAsync(
        ProviderId.MealMe,
        Timeout,
        clock,
        (_, token) => RunStepsAsync(request, token),
        failure => new DeliveryFlowOutcome.Stopped("delivery", failure),
        cancellationToken);

    private async Task<DeliveryFlowOutcome> RunStepsAsync(PlaceDelivery request, CancellationToken cancellationToken)
    {
        var carted = await delivery.CreateCartAsync(request.Cart, cancellationToken);
        if (carted is not MealMeDeliveryOutcome.CartCreated cart)
        {
            return Stopped("create_cart", carted);
        }

        var priced = await delivery.QuoteAsync(
            new GetDeliveryQuotes(cart.Cart.CartId, cart.OrderId, request.Address), cancellationToken);
        return priced is MealMeDeliveryOutcome.Quoted quotes
            ? new DeliveryFlowOutcome.Ready(
                cart, quotes.Quotes, delivery.CheckoutUrl(new GetCheckoutUrl(cart.Cart.CartId, UseConnect: true)))
            : Stopped("get_quotes", priced);
    }

    private static DeliveryFlowOutcome.Stopped Stopped(string step, MealMeDeliveryOutcome outcome) => outcome is MealMeDeliveryOutcome.Failed failed
        ? new DeliveryFlowOutcome.Stopped(step, failed.Failure)
        : new DeliveryFlowOutcome.Stopped(step, ProviderFailure.BadAnswer(ProviderId.MealMe, "a cart that it does not know"));
}

/// <summary>The result of a whole delivery order.</summary>
public abstract record DeliveryFlowOutcome
{
    private DeliveryFlowOutcome()
    {
    }

    public sealed record Ready(MealMeDeliveryOutcome.CartCreated Cart, IReadOnlyList<DeliveryQuote> Quotes, string CheckoutUrl)
        : DeliveryFlowOutcome;

    public sealed record Stopped(string Step, ProviderFailure Failure) : DeliveryFlowOutcome;
}

/// <summary>One way to have a cart delivered, and whether it is the cheapest or the fastest of them.</summary>
public sealed record DeliveryQuote(string Provider, int? EtaMinutes, long FeeCents, bool IsCheapest, bool IsFastest)
{
    public decimal Fee => FeeCents / 100m;

    /// <summary>Lowest fee and lowest time; equals go to the first. A quote without a time is never the fastest.</summary>
    public static IReadOnlyList<DeliveryQuote> Rank(IReadOnlyList<AggregatorDelivery> deliveries)
    {
        var cheapest = deliveries.MinBy(delivery => delivery.FeeCents);
        var fastest = deliveries.Where(delivery => delivery.EtaMinutes is not null).MinBy(delivery => delivery.EtaMinutes);
        return
        [
            .. deliveries.Select(delivery => new DeliveryQuote(
                delivery.Provider,
                delivery.EtaMinutes,
                delivery.FeeCents,
                ReferenceEquals(delivery, cheapest),
                ReferenceEquals(delivery, fastest))),
        ];
    }
}

/// <summary>The text of a quote in its <c>raw</c> column.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(DeliveryQuote))]
internal sealed partial class DeliveryQuoteJson : JsonSerializerContext
{
    public static string Write(DeliveryQuote quote) => JsonSerializer.Serialize(quote, Default.DeliveryQuote);
}

/// <summary>Addresses of the vendor's checkout pages.</summary>
internal static class MealMeLinks
{
    public static string Checkout(MealMeOptions options, string cartId, bool useConnect) =>
        $"{options.SdkBase.ToString().TrimEnd('/')}/checkout?api={Uri.EscapeDataString(options.PartnerName)}"
        + $"&cartId={Uri.EscapeDataString(cartId)}{(useConnect ? "&useMealmeConnect=true" : "")}";
}
