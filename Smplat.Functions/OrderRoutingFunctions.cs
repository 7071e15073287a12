using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Commerce;
using Smplat.Core.Commerce.Confirmation;
using Smplat.Core.Commerce.Learning;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Routing;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions;

/// <summary>The routes of an order at the providers: route, confirm, cancel, outcome.</summary>
public sealed class OrderRoutingFunctions(
    OrderRouter router,
    ProviderHealthCheck health,
    CommerceAnswers answers,
    OrderConfirmation confirmation,
    OrderCancellation cancellation,
    OutcomeRecording recording,
    TimeProvider clock)
{
    [Function("RouteOrder")]
    [OpenToAll("Shoppers route orders without a key; commissions and configuration are shown to keyed callers only.", RefuseWrongKey = true)]
    [RateLimit(RateCategory.Order)]
    [BodyLimit(10 * 1024)]
    [Operation("Quote a basket at all providers, rank the offers and return a confirmation token", Tag = "Commerce",
        Description = "With {\"action\":\"health_check\"} it returns the health of the providers instead.")]
    [JsonBody(typeof(RouteOrderReader), nameof(RouteOrderReader.Shape), Example =
        """{"items":[{"id":"1","name":"Brown Rice","quantity":1,"unit":"bag"}],"shippingAddress":{"street":"123 Main St","city":"San Francisco","state":"CA","postalCode":"94102","country":"US"},"preferences":{"optimize":"balanced"}}""")]
    [Answers(200, typeof(RouteOrderAnswer), Naming.Commerce)]
    [Answers(200, typeof(HealthAnswer), Naming.Commerce)]
    [Answers(400, typeof(FailureAnswer), Naming.Commerce)]
    [Answers(503, typeof(FailureAnswer), Naming.Commerce)]
    public async Task<IResult> RouteOrderAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "functions/v1/loopgpt_route_order")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var body = await request.ReadBytesAsync(cancellationToken);
        return RouteOrderReader.Read(body) switch
        {
            RouteReading.Order order => answers.Of(
                await router.RouteAsync(order.Request.ChargedTo(request.HttpContext.Caller().Anonymous), cancellationToken),
                request.HttpContext.Caller().IsKeyed),
            RouteReading.HealthCheck => answers.Of(await health.CheckAsync(cancellationToken)),
            RouteReading.Refused refused => answers.Of(refused.Refusal),
            var unknown => throw new InvalidOperationException($"No answer for {unknown}."),
        };
    }

    [Function("ConfirmOrder")]
    [RequireKey(KeyScope.Storefront)]
    [RateLimit(RateCategory.Order)]
    [Operation("Place the order of a routing decision, or hand the shopper over to the provider's checkout", Tag = "Commerce",
        Description = "Refusals are answered with 200 and success false. Repeating the call, also with an Idempotency-Key, returns the same answer.")]
    [JsonBody(typeof(ConfirmOrder), Example =
        """{"confirmationToken":"conf_1772442000000_AAAAAAAAAAAAAAAAAAAAAA","userId":"user-1","paymentMethod":{"type":"card","token":"pm_1"},"customer":{"name":"Ada Byron","email":"ada@example.com","phone":"+1 415 555 0100"}}""")]
    [HeaderParameter("Idempotency-Key", "Repeating the call with the same key changes nothing and returns the same answer", MaxLength = ConfirmOrder.MaxIdempotencyKey)]
    [Answers(200, typeof(ConfirmAnswer), Naming.Commerce)]
    [Answers(400, typeof(FailureAnswer), Naming.Commerce)]
    public async Task<IResult> ConfirmOrderAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "functions/v1/loopgpt_confirm_order")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var key = request.Headers.TryGetValue("Idempotency-Key", out var given) ? given.ToString() : null;
        var order = await request.ReadAsync(fields => ConfirmOrder.Read(fields, key), cancellationToken);
        return CommerceAnswers.Of(await confirmation.ConfirmAsync(order, cancellationToken));
    }

    [Function("CancelOrder")]
    [RequireKey(KeyScope.Storefront)]
    [RateLimit(RateCategory.Order)]
    [Operation("Cancel a routing decision, or an order where its provider can", Tag = "Commerce",
        Description = "Refusals are answered with 200 and success false. Repeating the call succeeds.")]
    [JsonBody(typeof(CancelOrder), Example = """{"confirmationToken":"conf_1772442000000_AAAAAAAAAAAAAAAAAAAAAA","userId":"user-1"}""")]
    [Answers(200, typeof(CancelAnswer), Naming.Commerce)]
    [Answers(400, typeof(FailureAnswer), Naming.Commerce)]
    public async Task<IResult> CancelOrderAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "functions/v1/loopgpt_cancel_order")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var cancel = await request.ReadAsync(CancelOrder.Read, cancellationToken);
        return CommerceAnswers.Of(await cancellation.CancelAsync(cancel, cancellationToken));
    }

    [Function("RecordOutcome")]
    [RequireKey(KeyScope.Operator)]
    [RateLimit(RateCategory.Order)]
    [Operation("Report how an order went; the ranking learns from it", Tag = "Commerce",
        Description = "An order counts once per provider, even if it is reported several times.")]
    [JsonBody(typeof(RecordOutcome), Example =
        """{"orderId":"order_mealme_1772442000000_a1b2c3d4","providerId":"MEALME","wasSuccessful":true,"actualDeliveryTime":41,"itemsDelivered":3,"itemsOrdered":3,"totalValue":89.17,"commissionRate":0.03,"userRating":5}""")]
    [Answers(200, typeof(RecordOutcomeAnswer), Naming.Camel)]
    [Answers(400, typeof(FailureAnswer), Naming.Commerce)]
    public async Task<IResult> RecordOutcomeAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "functions/v1/loopgpt_record_outcome")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var outcome = await request.ReadAsync(fields => RecordOutcome.Read(fields, clock.GetUtcNow()), cancellationToken);
        return Answer.Camel(RecordOutcomeAnswer.From(await recording.RecordAsync(outcome, cancellationToken)));
    }
}

/// <param name="Recorded">False when the order had already been reported.</param>
public sealed record RecordOutcomeAnswer(bool Success, bool Recorded, string Message)
{
    public static RecordOutcomeAnswer From(bool isRecorded) =>
        new(true, isRecorded, isRecorded ? "The outcome was recorded." : "The outcome had already been recorded.");
}

/// <summary>HTTP answers of Commerce: camelCase bodies and the envelope of failures.</summary>
public sealed class CommerceAnswers(TimeProvider clock)
{
    private const int RetryAfterSeconds = 5;

    public IResult Of(RouteOutcome outcome, bool isKeyed) => outcome switch
    {
        RouteOutcome.Routed routed => Answer.JsonBytes(CommerceJson.Bytes(
            RouteOrderAnswers.From(routed, isKeyed), RoutingJson.Default.RouteOrderAnswer)),
        RouteOutcome.Refused refused => Of(refused.Refusal, refused.RequestId),
        _ => throw new InvalidOperationException($"No answer for {outcome}."),
    };

    public IResult Of(HealthAnswer health) =>
        Answer.JsonBytes(CommerceJson.Bytes(health, HealthJson.Default.HealthAnswer));

    public static IResult Of(ConfirmAnswer answer) =>
        Answer.JsonBytes(CommerceJson.Bytes(answer, ConfirmationJson.Default.ConfirmAnswer));

    public static IResult Of(CancelAnswer answer) =>
        Answer.JsonBytes(CommerceJson.Bytes(answer, ConfirmationJson.Default.CancelAnswer));

    public IResult Of(CommerceRefusal refusal, string? requestId = null)
    {
        var now = clock.GetUtcNow();
        var (status, error) = refusal switch
        {
            CommerceRefusal.Invalid => (StatusCodes.Status400BadRequest, new FailureError(refusal.Code, refusal.Message)),
            CommerceRefusal.NoProviders none => (
                StatusCodes.Status503ServiceUnavailable,
                new FailureError(refusal.Code, refusal.Message, Details(none), RetryAfterSeconds)),
            CommerceRefusal.StorageUnavailable => (
                StatusCodes.Status503ServiceUnavailable,
                new FailureError(refusal.Code, refusal.Message, RetryAfter: RetryAfterSeconds)),
            _ => throw new InvalidOperationException($"No status for {refusal}."),
        };
        var answer = new FailureAnswer(false, error, requestId ?? RequestId.Create(now), now);
        return Answer.JsonBytes(CommerceJson.Bytes(answer, RoutingJson.Default.FailureAnswer), status);
    }

    private static FailureDetails Details(CommerceRefusal.NoProviders none) =>
        new(
            [.. none.Attempted.Select(id => id.ToWire())],
            none.Errors.ToDictionary(entry => entry.Key.ToWire(), entry => entry.Value),
            none.Skipped.Count == 0 ? null : none.Skipped.ToDictionary(entry => entry.Key.ToWire(), entry => entry.Value));
}
