using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Smplat.Functions.Http.OpenApi;

[OpenToAll("The shape of the API is no secret.")]
public sealed class GetApiPageFunction
{
    [Function("GetApiPage")]
    [Operation("The API as a page for people", Tag = "Reference")]
    [Answers(200, "A page", ContentType = "text/html")]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/docs")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Task.FromResult(ApiReference.Page());
}
