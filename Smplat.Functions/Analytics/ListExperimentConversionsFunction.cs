using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Analytics;
using Smplat.Core.Platform.Input;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Analytics;

[RequireKey(KeyScope.Storefront)]
public sealed class ListExperimentConversionsFunction(PricingExperimentQueries reports)
{
    [Function("ListExperimentConversions")]
    [Operation("What came of each pricing experiment, largest total first", Tag = "Analytics")]
    [Query(typeof(ListExperimentConversionsFunction), nameof(ReadQuery))]
    [QueryParameter("limit", "1 to 100, default 25")]
    [QueryParameter("cursor", "nextCursor of the page before")]
    [Answers(200, typeof(ConversionPage), Naming.Camel)]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/reporting/onboarding/experiment-conversions")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var (cursor, limit) = request.ReadQuery(ReadQuery);
        return Answer.Camel(await reports.ListConversionsAsync(cursor, limit, cancellationToken));
    }

    private static (string? Cursor, int Limit) ReadQuery(Fields fields) =>
        (fields.Text("cursor", max: 255), fields.Integer("limit", 1, 100) ?? 25);
}
