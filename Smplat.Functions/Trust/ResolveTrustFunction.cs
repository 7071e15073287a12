using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Trust;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Trust;

[RequireKey(KeyScope.Storefront)]
public sealed class ResolveTrustFunction(TrustResolver resolver)
{
    [Function("ResolveTrust")]
    [Operation("Resolve trust metrics with freshness and provenance", Tag = "Trust")]
    [JsonBody(typeof(ResolveTrust), Example =
        """{"slug":"checkout","metrics":[{"metric_id":"fulfillment_sla_on_time_pct","freshness_window_minutes":60}]}""")]
    [Answers(200, typeof(ResolvedTrust), Naming.Snake)]
    [Answers(422, "The list is too long, or a member is wrong")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/trust/experiences")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var command = await request.ReadAsync(ResolveTrust.Read, cancellationToken);
        return Answer.Snake(await resolver.ResolveAsync(command, cancellationToken));
    }
}
