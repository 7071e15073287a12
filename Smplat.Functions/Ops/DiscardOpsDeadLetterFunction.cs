using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Ops;

[OpenToAll("The session cookie and the token of its forms are asked for inside.")]
public sealed class DiscardOpsDeadLetterFunction(OpsDoor door, QueueActions actions)
{
    [Function("DiscardOpsDeadLetter")]
    [Operation("Let a given-up task go from the page", Tag = "Operators' page")]
    [Answers(303, "Done, or not signed in")]
    [Answers(403, "A form that is not of this session", ContentType = "text/html")]
    [Answers(404, "There is no such thing", ContentType = "text/html")]
    [Answers(409, "Refused as things stand", ContentType = "text/html")]
    [Answers(422, "Something is missing or wrong", ContentType = "text/html")]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "ops/queue/{taskId}/discard")] HttpRequest request,
        string taskId,
        CancellationToken cancellationToken) => door.ActAsync(
            request, QueuePage.Path, (_, form, token) => actions.DiscardAsync(taskId, form, token), cancellationToken);
}
