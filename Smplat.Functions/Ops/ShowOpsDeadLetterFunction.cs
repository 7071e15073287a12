using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Ops;

[OpenToAll("The session cookie is asked for inside; without one the browser is sent to the login.")]
public sealed class ShowOpsDeadLetterFunction(OpsDoor door, DeadLetterPage page)
{
    [Function("ShowOpsDeadLetter")]
    [Operation("A given-up task and how it came to that", Tag = "Operators' page")]
    [Answers(200, "The page", ContentType = "text/html")]
    [Answers(303, "Not signed in")]
    [Answers(404, "There is no such thing", ContentType = "text/html")]
    [Answers(503, "The page, with what could not be read", ContentType = "text/html")]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "ops/queue/{taskId}")] HttpRequest request,
        string taskId,
        CancellationToken cancellationToken) => door.ShowAsync(
            request, (visit, token) => page.ShowAsync(visit, taskId, token), cancellationToken);
}
