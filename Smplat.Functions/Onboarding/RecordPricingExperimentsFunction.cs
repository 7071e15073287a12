using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Onboarding;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Onboarding;

[RequireKey(KeyScope.Storefront)]
public sealed class RecordPricingExperimentsFunction(JourneyOperations desk)
{
    [Function("RecordPricingExperiments")]
    [Operation("Record which variants of pricing experiments a client was shown", Tag = "Onboarding")]
    [JsonBody(typeof(PricingExperimentsBody), Example = """{"experiments":[{"slug":"spring-price","variantKey":"b","isControl":false}]}""")]
    [Answers(202, typeof(StatusAnswer), Naming.Snake)]
    [Answers(404, "No such order")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/orders/{orderId}/onboarding/pricing-experiments")] HttpRequest request,
        string orderId,
        CancellationToken cancellationToken)
    {
        var segments = (await request.ReadAsync(PricingExperimentsBody.Read, cancellationToken)).Experiments;
        var outcome = await desk.RecordSegmentsAsync(RouteInput.Guid(orderId, "order_id"), segments, cancellationToken);
        return outcome.Answered(_ => Answer.Snake(new StatusAnswer("accepted"), StatusCodes.Status202Accepted));
    }
}
