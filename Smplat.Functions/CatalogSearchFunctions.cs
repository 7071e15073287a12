using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Catalog;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions;

/// <summary>Search telemetry of the catalog: recording a search and reading the counts.</summary>
public sealed class CatalogSearchFunctions(SearchTelemetry telemetry, SearchInsights insights)
{
    [Function("RecordCatalogSearch")]
    [OpenToAll("Visitors' browsers report their searches; only counts are stored, and callers are rate limited.")]
    [RateLimit(RateCategory.Search)]
    [Operation("Report a catalog search", Tag = "Catalog")]
    [JsonBody(typeof(RecordSearch), Example = """{"query":"growth","category":"instagram","sort":"featured","results_count":3}""")]
    [Answers(202, typeof(SearchAccepted), Naming.Snake)]
    [Answers(400, "results_count is negative")]
    public async Task<IResult> RecordCatalogSearchAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/observability/catalog-search")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var search = await request.ReadAsync(RecordSearch.Read, cancellationToken);
        if (search.ResultsCount < 0)
        {
            return Answer.Detail(StatusCodes.Status400BadRequest, "results_count must be non-negative");
        }

        telemetry.Record(SearchTerms.From(search.Query, search.Category, search.Sort), search.ResultsCount);
        return Answer.Snake(new SearchAccepted("accepted"), StatusCodes.Status202Accepted);
    }

    [Function("GetCatalogSearch")]
    [RequireKey(KeyScope.Metrics)]
    [Operation("Catalog searches and zero-result searches", Tag = "Catalog")]
    [Answers(200, typeof(SearchSnapshot), Naming.Snake)]
    public async Task<IResult> GetCatalogSearchAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/observability/catalog-search")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Answer.Snake(await insights.ReadAsync(cancellationToken));
}

/// <summary>The search is counted.</summary>
public sealed record SearchAccepted(string Status);
