using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Fulfillment;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Fulfillment;

[RequireKey(KeyScope.Metrics)]
public sealed class GetFulfillmentMetricsFunction(WorkerMetrics figures)
{
    [Function("GetFulfillmentMetrics")]
    [Operation("Counters of the worker over all instances", Tag = "Fulfillment")]
    [Answers(200, typeof(WorkerStats), Naming.Snake)]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/fulfillment/metrics")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Answer.Snake(await figures.ReadFiguresAsync(cancellationToken));
}
