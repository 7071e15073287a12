using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Ops;

[OpenToAll("The session cookie and the token of its forms are asked for inside.")]
public sealed class LogOutOfOpsFunction(OpsLogin login)
{
    [Function("LogOutOfOps")]
    [Operation("End a session of the operators' page", Tag = "Operators' page")]
    [Answers(303, "Signed out")]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "ops/logout")] HttpRequest request,
        CancellationToken cancellationToken) => login.LogOutAsync(request, cancellationToken);
}
