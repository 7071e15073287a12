using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Ops;

[OpenToAll("The operator key comes in the form, and too many wrong ones lock the address out.")]
public sealed class LogInToOpsFunction(OpsLogin login)
{
    [Function("LogInToOps")]
    [Operation("Change an operator key for a session of the operators' page", Tag = "Operators' page")]
    [Answers(303, "Signed in")]
    [Answers(403, "A wrong key, or a form that was not fetched here", ContentType = "text/html")]
    [Answers(429, "Too many wrong keys", ContentType = "text/html")]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "ops/login")] HttpRequest request,
        CancellationToken cancellationToken) => login.LogInAsync(request, cancellationToken);
}
