using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Analytics;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Analytics;

/// <summary>The alias of storefronts: camelCase in, the same answers out.</summary>
[RequireKey(KeyScope.Storefront)]
public sealed class RecordStorefrontOfferEventsFunction(OfferEventIntake intake)
{
    [Function("RecordStorefrontOfferEvents")]
    [Operation("Take offer events as the storefront spells them", Tag = "Analytics")]
    [JsonBody(typeof(OfferEventShapes), nameof(OfferEventShapes.Camel), Example =
        """{"offerSlug":"spring-offer","eventType":"cta_click","cartTotal":49.9,"currency":"eur","metadata":{"presetId":"preset-alpha"}}""")]
    [HeaderParameter("Idempotency-Key", "Repeating the call with the same key changes nothing and is answered the same", MaxLength = RouteInput.MaxKeyLength)]
    [Answers(202, typeof(OfferEventReceipt), Naming.Snake)]
    [Answers(202, typeof(OfferEventBatchReceipt), Naming.Snake)]
    [Answers(207, typeof(OfferEventBatchReceipt), Naming.Snake)]
    [Answers(400, "A single event lacks offerSlug or eventType.")]
    [Answers(429, "The queue of this instance is full; Retry-After says when to send the same again.")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/analytics/offer-events")] HttpRequest request,
        CancellationToken cancellationToken) =>
        OfferEventAnswer.ForStorefront(await intake.TakeAsync(
            await request.ReadBytesAsync(cancellationToken),
            OfferEventNaming.Camel,
            request.IdempotencyKey(),
            cancellationToken));
}
