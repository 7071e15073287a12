using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Analytics;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Analytics;

[RequireKey(KeyScope.Operator)]
public sealed class ListRejectedEventsFunction(RejectedEventQueries review)
{
    [Function("ListRejectedEvents")]
    [Operation("Events that could not be taken, oldest first, with the reason", Tag = "Analytics")]
    [Query(typeof(ListRejected))]
    [QueryParameter("code", "Only events rejected for this reason")]
    [QueryParameter("status", "waiting or replayed, default waiting")]
    [QueryParameter("limit", "1 to 500, default 100")]
    [QueryParameter("cursor", "next_cursor of the page before")]
    [Answers(200, typeof(RejectedPage), Naming.Snake)]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/operators/analytics/rejected-events")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Answer.Snake(await review.ListAsync(request.ReadQuery(ListRejected.Read), cancellationToken));
}
