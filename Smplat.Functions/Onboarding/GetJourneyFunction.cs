using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Onboarding;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Onboarding;

[RequireKey(KeyScope.Operator)]
public sealed class GetJourneyFunction(JourneyQueries review)
{
    [Function("GetJourney")]
    [Operation("A journey with its tasks, artifacts, touches and fitting nudges", Tag = "Onboarding")]
    [Answers(200, typeof(JourneyDetailAnswer), Naming.Camel)]
    [Answers(404, "No such journey")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/operators/onboarding/journeys/{journeyId}")] HttpRequest request,
        string journeyId,
        CancellationToken cancellationToken) =>
        (await review.FindAsync(RouteInput.Guid(journeyId, "journey_id"), cancellationToken))
            .Answered(detail => Answer.Camel(JourneyDetailAnswer.From(detail)));
}
