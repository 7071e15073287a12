using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Onboarding;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Onboarding;

[RequireKey(KeyScope.Storefront)]
public sealed class StartOnboardingFunction(JourneyOperations desk)
{
    [Function("StartOnboarding")]
    [Operation("Open the checklist of an order, or add to what is known about it", Tag = "Onboarding")]
    [JsonBody(typeof(StartJourney), Example =
        """{"referralCode":"FRIEND10","platformContexts":[{"id":"ig-1","label":"Instagram","handle":"@studio","platformType":"instagram"}]}""")]
    [Answers(200, typeof(JourneyAnswer), Naming.Snake)]
    [Answers(404, "No such order")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/orders/{orderId}/onboarding")] HttpRequest request,
        string orderId,
        CancellationToken cancellationToken) =>
        (await desk.StartAsync(
            RouteInput.Guid(orderId, "order_id"), await request.ReadAsync(StartJourney.Read, cancellationToken), cancellationToken))
            .Answered(journey => Answer.Snake(JourneyAnswer.From(journey)));
}
