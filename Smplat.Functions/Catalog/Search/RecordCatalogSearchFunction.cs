using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Catalog;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Catalog.Search;

[OpenToAll("Visitors' browsers report their searches; nothing but counts is kept, and callers are limited.")]
[RateLimit(RateCategory.Search)]
public sealed class RecordCatalogSearchFunction(SearchTelemetry telemetry)
{
    [Function("RecordCatalogSearch")]
    [Operation("Count a search of the catalogue", Tag = "Catalog")]
    [JsonBody(typeof(RecordSearch), Example = """{"query":"growth","category":"instagram","sort":"featured","results_count":3}""")]
    [Answers(202, typeof(SearchAccepted), Naming.Snake)]
    [Answers(400, "results_count is negative")]
    public async Task<IResult> RunAsync(
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
}
