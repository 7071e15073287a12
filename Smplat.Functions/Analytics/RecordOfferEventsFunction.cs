using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Analytics;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Analytics;

[RequireKey(KeyScope.Storefront)]
public sealed class RecordOfferEventsFunction(OfferEventIntake intake)
{
    [Function("RecordOfferEvents")]
    [Operation("Take one offer event, or a batch of them, durably and once", Tag = "Analytics")]
    [JsonBody(typeof(OfferEventShapes), nameof(OfferEventShapes.Snake), Example =
        """{"offer_slug":"spring-offer","event_type":"impression","cart_total":"49.90","currency":"eur","metadata":{"presetId":"preset-alpha"}}""")]
    [HeaderParameter("Idempotency-Key", "Repeating the call with the same key changes nothing and is answered the same", MaxLength = RouteInput.MaxKeyLength)]
    [Answers(202, typeof(OfferEventReceipt), Naming.Snake)]
    [Answers(202, typeof(OfferEventBatchReceipt), Naming.Snake)]
    [Answers(207, typeof(OfferEventBatchReceipt), Naming.Snake)]
    [Answers(429, "The queue of this instance is full; Retry-After says when to send the same again.")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/analytics/offer-events")] HttpRequest request,
        CancellationToken cancellationToken) =>
        OfferEventAnswer.From(await intake.TakeAsync(
            await request.ReadBytesAsync(cancellationToken),
            OfferEventNaming.Snake,
            request.IdempotencyKey(),
            cancellationToken));
}
