using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Onboarding;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Onboarding;

[RequireKey(KeyScope.Operator)]
public sealed class NudgeJourneyFunction(ManualNudges nudges)
{
    [Function("NudgeJourney")]
    [Operation("Write to the client of a journey by hand", Tag = "Onboarding")]
    [JsonBody(typeof(ManualNudge), Example =
        """{"channel":"email","subject":"Your intake form","message":"We can begin as soon as the form is in.","triggeredBy":"AB"}""")]
    [Answers(202, typeof(StatusAnswer), Naming.Camel)]
    [Answers(400, "The channel cannot carry a nudge")]
    [Answers(404, "No such journey or task")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/operators/onboarding/journeys/{journeyId}/nudges/manual")] HttpRequest request,
        string journeyId,
        CancellationToken cancellationToken) =>
        (await nudges.SendAsync(
            RouteInput.Guid(journeyId, "journey_id"), await request.ReadAsync(ManualNudge.Read, cancellationToken), cancellationToken))
            .Answered(status => Answer.Camel(new StatusAnswer(status), StatusCodes.Status202Accepted));
}
