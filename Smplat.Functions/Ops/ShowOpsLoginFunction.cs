using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Ops;

[OpenToAll("Whoever wants to sign in is not signed in yet.")]
public sealed class ShowOpsLoginFunction(OpsLogin login)
{
    [Function("ShowOpsLogin")]
    [Operation("The login form of the operators' page", Tag = "Operators' page")]
    [QueryParameter("next", "The page to go on to")]
    [Answers(200, "The form", ContentType = "text/html")]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "ops/login")] HttpRequest request,
        CancellationToken cancellationToken) => Task.FromResult(login.Show(request));
}
