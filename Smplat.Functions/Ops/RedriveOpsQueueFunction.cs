using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Ops;

[OpenToAll("The session cookie and the token of its forms are asked for inside.")]
public sealed class RedriveOpsQueueFunction(OpsDoor door, QueueActions actions)
{
    [Function("RedriveOpsQueue")]
    [Operation("Replay the oldest given-up tasks from the page", Tag = "Operators' page")]
    [Answers(303, "Done, or not signed in")]
    [Answers(403, "A form that is not of this session", ContentType = "text/html")]
    [Answers(422, "Something is missing or wrong", ContentType = "text/html")]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "ops/queue/redrive")] HttpRequest request,
        CancellationToken cancellationToken) => door.ActAsync(
            request, QueuePage.Path, (_, form, token) => actions.RedriveAsync(form, token), cancellationToken);
}
