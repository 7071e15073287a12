using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Ops;

[OpenToAll("The session cookie is asked for inside; without one the browser is sent to the login.")]
public sealed class ShowOpsSwitchesFunction(OpsDoor door, SwitchesPage page)
{
    [Function("ShowOpsSwitches")]
    [Operation("All feature switches as this instance reads them", Tag = "Operators' page")]
    [Answers(200, "The page", ContentType = "text/html")]
    [Answers(303, "Not signed in")]
    [Answers(503, "The page, with what could not be read", ContentType = "text/html")]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "ops/flags")] HttpRequest request,
        CancellationToken cancellationToken) => door.ShowAsync(request, page.ShowAsync, cancellationToken);
}
