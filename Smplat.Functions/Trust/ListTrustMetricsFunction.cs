using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Trust;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Trust;

[RequireKey(KeyScope.Storefront)]
public sealed class ListTrustMetricsFunction(TrustMetricCatalog catalogue)
{
    [Function("ListTrustMetrics")]
    [Operation("The catalogue of trust metrics, for editors and documentation", Tag = "Trust")]
    [Answers(200, typeof(MetricCatalog), Naming.Snake)]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/trust/metrics")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Task.FromResult(Answer.Snake(catalogue.List()));
}
