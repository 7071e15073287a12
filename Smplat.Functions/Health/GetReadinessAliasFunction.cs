using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Platform.Observability;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Health;

[OpenToAll("Monitors poll it without a key; details are redacted and the answer is cached for five seconds.")]
public sealed class GetReadinessAliasFunction(ReadinessCheck readiness)
{
    [Function("GetReadinessAlias")]
    [Operation("Readiness of every component; the verdict is in the body (short path)", Tag = "Health")]
    [Query(typeof(ReadinessQuery))]
    [QueryParameter("strict", "true answers 503 when the verdict is error")]
    [Answers(200, typeof(ReadinessAnswer), Naming.Snake)]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/readyz")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var query = request.ReadQuery(ReadinessQuery.Read);
        var report = await readiness.CheckAsync(cancellationToken);
        return ReadinessStatus.Answer(report, query.Strict);
    }
}
