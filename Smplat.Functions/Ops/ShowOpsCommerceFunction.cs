using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Ops;

[OpenToAll("The session cookie is asked for inside; without one the browser is sent to the login.")]
public sealed class ShowOpsCommerceFunction(OpsDoor door, CommercePage page)
{
    [Function("ShowOpsCommerce")]
    [Operation("The commerce dashboards", Tag = "Operators' page")]
    [QueryParameter("window", "24h, 7d or 30d for provider performance; 24h when left out")]
    [Answers(200, "The page", ContentType = "text/html")]
    [Answers(303, "Not signed in")]
    [Answers(503, "The page, with what could not be read", ContentType = "text/html")]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "ops/commerce")] HttpRequest request,
        CancellationToken cancellationToken) => door.ShowAsync(request, page.ShowAsync, cancellationToken);
}
