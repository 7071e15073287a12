using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Fulfillment;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Fulfillment;

[RequireKey(KeyScope.Metrics)]
public sealed class GetFulfillmentObservabilityFunction(WorkerMetrics figures)
{
    [Function("GetFulfillmentObservability")]
    [Operation("Totals, counts per task type and last events, for dashboards", Tag = "Fulfillment")]
    [Answers(200, typeof(WorkerObservability), Naming.Snake)]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/fulfillment/observability")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Answer.Snake(await figures.ReadObservabilityAsync(cancellationToken));
}
