using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Ops;

[OpenToAll("The session cookie and the token of its forms are asked for inside.")]
public sealed class RestartOpsJobFunction(OpsDoor door, JobActions actions)
{
    [Function("RestartOpsJob")]
    [Operation("Restart a job from the page", Tag = "Operators' page")]
    [Answers(303, "Done, or not signed in")]
    [Answers(403, "A form that is not of this session", ContentType = "text/html")]
    [Answers(404, "There is no such thing", ContentType = "text/html")]
    [Answers(409, "Refused as things stand", ContentType = "text/html")]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "ops/jobs/{jobId}/restart")] HttpRequest request,
        string jobId,
        CancellationToken cancellationToken) => door.ActAsync(
            request, JobsPage.PathOf(jobId), (visit, _, token) => actions.RestartAsync(jobId, visit, token), cancellationToken);
}
