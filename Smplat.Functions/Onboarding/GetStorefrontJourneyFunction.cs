using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Onboarding;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Onboarding;

/// <summary>The storefront's name of the same checklist.</summary>
[RequireKey(KeyScope.Storefront)]
public sealed class GetStorefrontJourneyFunction(JourneyOperations desk)
{
    [Function("GetStorefrontJourney")]
    [Operation("The checklist of an order, under the storefront's path", Tag = "Onboarding")]
    [Answers(200, typeof(JourneyAnswer), Naming.Snake)]
    [Answers(404, "The order has no journey")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/onboarding/journeys/{orderId}")] HttpRequest request,
        string orderId,
        CancellationToken cancellationToken) =>
        (await desk.FindAsync(RouteInput.Guid(orderId, "order_id"), cancellationToken))
            .Answered(journey => Answer.Snake(JourneyAnswer.From(journey)));
}
