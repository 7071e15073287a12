using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Catalog;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Catalog.Search;

[RequireKey(KeyScope.Metrics)]
public sealed class GetCatalogSearchFunction(SearchInsights insights)
{
    [Function("GetCatalogSearch")]
    [Operation("What people search for and do not find", Tag = "Catalog")]
    [Answers(200, typeof(SearchSnapshot), Naming.Snake)]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/observability/catalog-search")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Answer.Snake(await insights.ReadAsync(cancellationToken));
}
