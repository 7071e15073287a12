using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Ops;

[OpenToAll("The session cookie is asked for inside; without one the browser is sent to the login.")]
public sealed class ShowOpsOverviewFunction(OpsDoor door, OverviewPage page)
{
    [Function("ShowOpsOverview")]
    [Operation("Readiness, incident banner and what needs a look", Tag = "Operators' page")]
    [Answers(200, "The page", ContentType = "text/html")]
    [Answers(303, "Not signed in")]
    [Answers(503, "The page, with what could not be read", ContentType = "text/html")]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "ops")] HttpRequest request,
        CancellationToken cancellationToken) => door.ShowAsync(request, page.ShowAsync, cancellationToken);
}
