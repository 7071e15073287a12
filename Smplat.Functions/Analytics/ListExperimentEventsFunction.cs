using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Analytics;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Analytics;

[RequireKey(KeyScope.Storefront)]
public sealed class ListExperimentEventsFunction(PricingExperimentQueries reports)
{
    [Function("ListExperimentEvents")]
    [Operation("Variants of pricing experiments that clients were shown, newest first", Tag = "Analytics")]
    [Query(typeof(ListExperimentEvents))]
    [QueryParameter("limit", "1 to 1000, default 250")]
    [QueryParameter("cursor", "nextCursor of the page before, or a time: only rows strictly before it")]
    [Answers(200, typeof(ExperimentPage), Naming.Camel)]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/reporting/onboarding/experiment-events")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var wanted = request.ReadQuery(ListExperimentEvents.Read);
        return Answer.Camel(await reports.ListAsync(wanted.Before, wanted.Limit, cancellationToken));
    }
}
