using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Trust;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions;

/// <summary>Trust metrics of a page: resolving, reading and purging them.</summary>
public sealed class TrustFunctions(TrustResolver resolver, TrustExperiences experiences, TrustMetricCatalog catalogue, TrustMetricCache purge)
{
    [Function("ResolveTrust")]
    [RequireKey(KeyScope.Storefront)]
    [Operation("Resolve trust metrics with freshness and provenance", Tag = "Trust")]
    [JsonBody(typeof(ResolveTrust), Example =
        """{"slug":"checkout","metrics":[{"metric_id":"fulfillment_sla_on_time_pct","freshness_window_minutes":60}]}""")]
    [Answers(200, typeof(ResolvedTrust), Naming.Snake)]
    [Answers(422, "The list is too long, or a member is wrong")]
    public async Task<IResult> ResolveTrustAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/trust/experiences")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var command = await request.ReadAsync(ResolveTrust.Read, cancellationToken);
        return Answer.Snake(await resolver.ResolveAsync(command, cancellationToken));
    }

    [Function("GetTrustExperience")]
    [RequireKey(KeyScope.Storefront)]
    [ForMember]
    [Operation("A trust experience: content with live metrics", Tag = "Trust")]
    [Query(typeof(ReadExperience))]
    [QueryParameter("environment", "development, test or production; defaults to the app's own")]
    [QueryParameter("draft", "true reads the latest draft")]
    [Answers(200, typeof(ResolvedExperience), Naming.Camel)]
    [Answers(404, "There is no such experience")]
    public async Task<IResult> GetTrustExperienceAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/trust/experiences/{slug}")] HttpRequest request,
        string slug,
        CancellationToken cancellationToken)
    {
        var query = request.ReadQuery(ReadExperience.Read);
        return await experiences.FindAsync(slug, query, cancellationToken) is { } experience
            ? Answer.Camel(experience)
            : Answer.Detail(StatusCodes.Status404NotFound, "No trust experience has this slug.");
    }

    [Function("ListTrustMetrics")]
    [RequireKey(KeyScope.Storefront)]
    [ForMember]
    [Operation("The catalog of trust metrics", Tag = "Trust")]
    [Answers(200, typeof(MetricCatalog), Naming.Snake)]
    public Task<IResult> ListTrustMetricsAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/trust/metrics")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Task.FromResult(Answer.Snake(catalogue.List()));

    [Function("PurgeTrustMetrics")]
    [RequireKey(KeyScope.Storefront)]
    [Operation("Clear the cached trust metrics of this instance", Tag = "Trust")]
    [JsonBody(typeof(PurgeTrust), Example = """{"metric_id":"first_response_minutes"}""")]
    [Answers(200, typeof(PurgedTrust), Naming.Snake)]
    public async Task<IResult> PurgeTrustMetricsAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/trust/metrics/purge")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var command = await request.ReadAsync(PurgeTrust.Read, cancellationToken);
        return Answer.Snake(purge.Purge(command));
    }
}
