using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Providers.MealMe;
using Smplat.Core.Commerce.Routing;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions;

/// <summary>Deliveries through MealMe: step by step, as one call, and its webhook.</summary>
public sealed class MealMeFunctions(MealMeDelivery delivery, MealMeAnswers answers, DeliveryFlow flow, MealMeWebhook webhook)
{
    [Function("SearchDeliveryShops")]
    [RequireKey(KeyScope.Storefront)]
    [ForMember]
    [RateLimit(RateCategory.Search)]
    [Operation("Shops and restaurants near a place", Tag = "Commerce")]
    [JsonBody(typeof(FindShops), Example = """{"latitude":37.7786,"longitude":-122.3918,"query":"market","mode":"groceries","limit":5}""")]
    [Answers(200, typeof(ShopsAnswer), Naming.Snake)]
    [Answers(400, typeof(FailureAnswer), Naming.Commerce)]
    [Answers(502, typeof(FailureAnswer), Naming.Commerce)]
    public async Task<IResult> SearchDeliveryShopsAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "functions/v1/delivery_search_restaurants")] HttpRequest request,
        CancellationToken cancellationToken) =>
        answers.Of(await delivery.FindShopsAsync(await request.ReadAsync(FindShops.Read, cancellationToken), cancellationToken));

    [Function("CreateMealMeCart")]
    [RequireKey(KeyScope.Storefront)]
    [RateLimit(RateCategory.Order)]
    [Operation("Fill a cart at the MealMe shop that has most of the items", Tag = "Commerce")]
    [JsonBody(typeof(CreateCart), Example =
        """{"chatgpt_user_id":"user-1","latitude":37.7786,"longitude":-122.3918,"items":[{"name":"Brown Rice","qty":1}],"mode":"groceries"}""")]
    [Answers(200, typeof(CartAnswer), Naming.Snake)]
    [Answers(400, typeof(FailureAnswer), Naming.Commerce)]
    [Answers(502, typeof(FailureAnswer), Naming.Commerce)]
    public async Task<IResult> CreateMealMeCartAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "functions/v1/mealme_create_cart")] HttpRequest request,
        CancellationToken cancellationToken) =>
        answers.Of(await delivery.CreateCartAsync(await request.ReadAsync(CreateCart.Read, cancellationToken), cancellationToken));

    [Function("GetMealMeQuotes")]
    [RequireKey(KeyScope.Storefront)]
    [ForMember]
    [RateLimit(RateCategory.Search)]
    [Operation("Delivery quotes for a MealMe cart", Tag = "Commerce")]
    [JsonBody(typeof(GetDeliveryQuotes), Example = """{"cartId":"cart_000001","mode":"groceries"}""")]
    [Answers(200, typeof(QuotesAnswer), Naming.Snake)]
    [Answers(400, typeof(FailureAnswer), Naming.Commerce)]
    [Answers(502, typeof(FailureAnswer), Naming.Commerce)]
    public async Task<IResult> GetMealMeQuotesAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "functions/v1/mealme_get_quotes")] HttpRequest request,
        CancellationToken cancellationToken) =>
        answers.Of(await delivery.QuoteAsync(await request.ReadAsync(GetDeliveryQuotes.Read, cancellationToken), cancellationToken));

    [Function("GetMealMeCheckoutUrl")]
    [RequireKey(KeyScope.Storefront)]
    [RateLimit(RateCategory.Order)]
    [Operation("The vendor's checkout page of a MealMe cart", Tag = "Commerce")]
    [JsonBody(typeof(GetCheckoutUrl), Example = """{"cartId":"cart_000001"}""")]
    [Answers(200, typeof(CheckoutUrlAnswer), Naming.Camel)]
    [Answers(400, typeof(FailureAnswer), Naming.Commerce)]
    public async Task<IResult> GetMealMeCheckoutUrlAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "functions/v1/mealme_checkout_url")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var wish = await request.ReadAsync(GetCheckoutUrl.Read, cancellationToken);
        return Answer.Camel(new CheckoutUrlAnswer(true, delivery.CheckoutUrl(wish)));
    }

    [Function("PlaceDeliveryOrder")]
    [RequireKey(KeyScope.Storefront)]
    [RateLimit(RateCategory.Order)]
    [Operation("From ingredients to a checkout page: cart, delivery quotes, link", Tag = "Commerce")]
    [JsonBody(typeof(PlaceDelivery), Example =
        """{"chatgpt_user_id":"user-1","latitude":37.7786,"longitude":-122.3918,"ingredients":["2 cups flour","3 eggs"]}""")]
    [Answers(200, typeof(DeliveryAnswer), Naming.Snake)]
    [Answers(400, typeof(FailureAnswer), Naming.Commerce)]
    [Answers(502, typeof(FailureAnswer), Naming.Commerce)]
    public async Task<IResult> PlaceDeliveryOrderAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "functions/v1/delivery_place_order")] HttpRequest request,
        CancellationToken cancellationToken) =>
        answers.Of(await flow.RunAsync(await request.ReadAsync(PlaceDelivery.Read, cancellationToken), cancellationToken));

    [Function("TakeMealMeWebhook")]
    [OpenToAll("The vendor signs the body; the signature is verified before anything else.", Signature = "x-mealme-signature")]
    [RateLimit(RateCategory.Webhook)]
    [BodyLimit(1024)]
    [Operation("Receive MealMe's events about an order", Tag = "Commerce",
        Description = "Header x-mealme-signature: HMAC-SHA256 of the raw body, in hex or Base64.")]
    [JsonBody(typeof(MealMeEventReader), nameof(MealMeEventReader.Shape), Example =
        """{"orderId":"ord_000001","status":"in_progress","totals":{"subtotal":2499,"fees":499,"tip":100,"total":3098}}""")]
    [Answers(200, typeof(CommerceWebhookAnswer), Naming.Snake)]
    [Answers(401, typeof(FailureAnswer), Naming.Commerce)]
    [Answers(503, typeof(FailureAnswer), Naming.Commerce)]
    public async Task<IResult> TakeMealMeWebhookAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "functions/v1/mealme_webhook")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var body = await request.ReadBytesAsync(cancellationToken);
        return answers.Of(await webhook.TakeAsync(body, request.Headers["x-mealme-signature"], cancellationToken));
    }
}

/// <summary>HTTP answers of the MealMe and delivery calls: a failure of the vendor is a 502 or 504, not a 500.</summary>
public sealed class MealMeAnswers(VendorAnswers vendor)
{
    public IResult Of(MealMeDeliveryOutcome outcome) => outcome switch
    {
        MealMeDeliveryOutcome.CartCreated created => Answer.Snake(CartAnswer.From(created)),
        MealMeDeliveryOutcome.Quoted quoted => Answer.Snake(QuotesAnswer.From(quoted.Quotes)),
        MealMeDeliveryOutcome.ShopsFound found => Answer.Snake(ShopsAnswer.From(found.Shops)),
        MealMeDeliveryOutcome.NotFound missing => vendor.Failure(StatusCodes.Status404NotFound, "NOT_FOUND", $"This {missing.What} is unknown."),
        MealMeDeliveryOutcome.Failed failed => vendor.Of(failed.Failure),
        _ => throw new InvalidOperationException($"No answer for {outcome}."),
    };

    /// <summary>Callers of the whole flow read the body: the status is 200 even when a step failed.</summary>
    public IResult Of(DeliveryFlowOutcome outcome) => outcome switch
    {
        DeliveryFlowOutcome.Ready ready => Answer.Snake(DeliveryAnswer.From(ready)),
        DeliveryFlowOutcome.Stopped stopped => Answer.Snake(DeliveryAnswer.From(stopped)),
        _ => throw new InvalidOperationException($"No answer for {outcome}."),
    };

    public IResult Of(MealMeWebhookOutcome outcome) => outcome switch
    {
        MealMeWebhookOutcome.Taken taken => Answer.Snake(CommerceWebhookAnswer.From(taken.Effect)),
        MealMeWebhookOutcome.NotConfigured => vendor.Failure(
            StatusCodes.Status503ServiceUnavailable, "NOT_CONFIGURED", "MEALME_WEBHOOK_SECRET is not set."),
        MealMeWebhookOutcome.NotTrusted refused => vendor.Failure(StatusCodes.Status401Unauthorized, "UNAUTHORIZED", refused.Reason),
        MealMeWebhookOutcome.Unreadable => vendor.Failure(StatusCodes.Status400BadRequest, "INVALID_JSON", "The body is not a JSON object."),
        _ => throw new InvalidOperationException($"No answer for {outcome}."),
    };
}

public sealed record ShopsAnswer(bool Success, IReadOnlyList<ShopsAnswer.Shop> Results, int Count)
{
    public static ShopsAnswer From(IReadOnlyList<AggregatorShop> shops) =>
        new(true, [.. shops.Select(shop => new Shop(shop.Id, shop.Name, shop.Address, shop.Miles))], shops.Count);

    public sealed record Shop(string Id, string Name, string Address, decimal? Miles);
}

/// <param name="Missing">Items that the shop does not have.</param>
public sealed record CartAnswer(
    bool Success, CartAnswer.Contents Cart, Guid OrderId, IReadOnlyList<string> Missing)
{
    public static CartAnswer From(MealMeDeliveryOutcome.CartCreated created) => new(
        true,
        new Contents(
            created.Cart.CartId,
            new Shop(created.Shop.Id, created.Shop.Name, created.Shop.Address),
            created.Cart.SubtotalCents,
            [.. created.Cart.Lines.Select(Line.From)]),
        created.OrderId,
        created.Missing);

    public sealed record Contents(string CartId, Shop Store, long SubtotalCents, IReadOnlyList<Line> Items);

    public sealed record Shop(string Id, string Name, string Address);

    public sealed record Line(string ProductId, string Name, int Quantity, long PriceCents)
    {
        public static Line From(AggregatorLine line) => new(line.ProductId, line.Name, line.Quantity, line.UnitCents);
    }
}

public sealed record QuotesAnswer(
    bool Success, IReadOnlyList<QuotesAnswer.Quote> Quotes, QuotesAnswer.Quote? Cheapest, QuotesAnswer.Quote? Fastest)
{
    public static QuotesAnswer From(IReadOnlyList<DeliveryQuote> quotes) => new(
        true,
        [.. quotes.Select(Quote.From)],
        quotes.Where(quote => quote.IsCheapest).Select(Quote.From).FirstOrDefault(),
        quotes.Where(quote => quote.IsFastest).Select(Quote.From).FirstOrDefault());

    /// <param name="Fee">Dollars, for older clients.</param>
    public sealed record Quote(string Provider, int? EtaMinutes, long FeeCents, decimal Fee)
    {
        public static Quote From(DeliveryQuote quote) => new(quote.Provider, quote.EtaMinutes, quote.FeeCents, quote.Fee);
    }
}

public sealed record CheckoutUrlAnswer(bool Success, string CheckoutUrl);

/// <summary>The answer of the whole flow: its results, or the step that failed.</summary>
public sealed record DeliveryAnswer
{
    public required bool Success { get; init; }

    public Guid? OrderId { get; init; }

    public CartAnswer.Contents? Cart { get; init; }

    public IReadOnlyList<QuotesAnswer.Quote>? Quotes { get; init; }

    public QuotesAnswer.Quote? Cheapest { get; init; }

    public QuotesAnswer.Quote? Fastest { get; init; }

    [JsonPropertyName("checkoutUrl")]
    public string? CheckoutUrl { get; init; }

    public string? Error { get; init; }

    public string? Code { get; init; }

    public bool? Retryable { get; init; }

    public StepDetails? Details { get; init; }

    public static DeliveryAnswer From(DeliveryFlowOutcome.Ready ready)
    {
        var quotes = QuotesAnswer.From(ready.Quotes);
        return new DeliveryAnswer
        {
            Success = true,
            OrderId = ready.Cart.OrderId,
            Cart = CartAnswer.From(ready.Cart).Cart,
            Quotes = quotes.Quotes,
            Cheapest = quotes.Cheapest,
            Fastest = quotes.Fastest,
            CheckoutUrl = ready.CheckoutUrl,
        };
    }

    public static DeliveryAnswer From(DeliveryFlowOutcome.Stopped stopped) => new()
    {
        Success = false,
        Error = stopped.Failure.Message,
        Code = CodeOf(stopped.Failure),
        Retryable = stopped.Failure.Retryable,
        Details = new StepDetails(stopped.Step),
    };

    /// <summary>The codes that older clients expect: HTTP failures by class of status, everything else by its own code.</summary>
    private static string CodeOf(ProviderFailure failure) => failure.Code switch
    {
        ProviderFailureCodes.Unavailable => "NETWORK_ERROR",
        ['H', 'T', 'T', 'P', '_', '5', ..] => "UPSTREAM_5XX",
        ['H', 'T', 'T', 'P', '_', ..] => "UPSTREAM_4XX",
        var code => code,
    };

    /// <param name="Step">create_cart, get_quotes or delivery.</param>
    public sealed record StepDetails(string Step);
}

public sealed record CommerceWebhookAnswer(bool Ok, string Message)
{
    public static CommerceWebhookAnswer From(MealMeWebhookEffect effect) => new(true, effect switch
    {
        MealMeWebhookEffect.Applied => "The order was updated from the event.",
        MealMeWebhookEffect.Noted => "The event was recorded.",
        MealMeWebhookEffect.Outdated => "The event was recorded; a newer one had already been applied.",
        MealMeWebhookEffect.Repeated => "The event had already been received.",
        _ => throw new InvalidOperationException($"No sentence for {effect}."),
    });
}
