using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Ops;

[OpenToAll("The session cookie is asked for inside; without one the browser is sent to the login.")]
public sealed class ShowOpsJobsFunction(OpsDoor door, JobsPage page)
{
    [Function("ShowOpsJobs")]
    [Operation("All jobs and their runs", Tag = "Operators' page")]
    [Answers(200, "The page", ContentType = "text/html")]
    [Answers(303, "Not signed in")]
    [Answers(503, "The page, with what could not be read", ContentType = "text/html")]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "ops/jobs")] HttpRequest request,
        CancellationToken cancellationToken) => door.ShowAsync(request, page.ShowAllAsync, cancellationToken);
}
