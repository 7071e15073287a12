using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Health;

[OpenToAll("Platform probes have no key; the answer says nothing about data.")]
public sealed class GetHealthAliasFunction
{
    [Function("GetHealthAlias")]
    [Operation("Liveness, under the name that the incident guide uses", Tag = "Health")]
    [Answers(200, typeof(LivenessAnswer), Naming.Snake)]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/health/healthz")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Task.FromResult(Answer.Snake(new LivenessAnswer("ok")));
}
