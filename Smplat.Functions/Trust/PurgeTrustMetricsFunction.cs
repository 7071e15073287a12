using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Trust;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Trust;

[RequireKey(KeyScope.Storefront)]
public sealed class PurgeTrustMetricsFunction(TrustMetricCache purge)
{
    [Function("PurgeTrustMetrics")]
    [Operation("Forget cached trust metrics of this instance", Tag = "Trust")]
    [JsonBody(typeof(PurgeTrust), Example = """{"metric_id":"first_response_minutes"}""")]
    [Answers(200, typeof(PurgedTrust), Naming.Snake)]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/trust/metrics/purge")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var command = await request.ReadAsync(PurgeTrust.Read, cancellationToken);
        return Answer.Snake(purge.Purge(command));
    }
}
