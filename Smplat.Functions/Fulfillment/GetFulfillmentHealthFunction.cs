using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Fulfillment;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Fulfillment;

[RequireKey(KeyScope.Metrics)]
public sealed class GetFulfillmentHealthFunction(WorkerMetrics figures)
{
    [Function("GetFulfillmentHealth")]
    [Operation("Whether the worker runs, with its settings and counters", Tag = "Fulfillment")]
    [Answers(200, typeof(WorkerHealth), Naming.Snake)]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/fulfillment/health")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Answer.Snake(await figures.ReadHealthAsync(cancellationToken));
}
