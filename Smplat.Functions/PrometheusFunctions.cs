using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Platform.Observability;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions;

/// <summary>Metrics for Prometheus.</summary>
public sealed class PrometheusFunctions(PrometheusFeed feed)
{
    [Function("GetPrometheus")]
    [RequireKey(KeyScope.Metrics)]
    [Operation("Metrics in the Prometheus text format, the same on every instance", Tag = "Observability")]
    [Answers(200, "Text format 0.0.4", ContentType = "text/plain")]
    public async Task<IResult> GetPrometheusAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/observability/prometheus")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Answer.Text(await feed.WriteAsync(cancellationToken), ExpositionText.ContentType);
}
