using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Analytics;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Analytics;

[RequireKey(KeyScope.Operator)]
public sealed class ReplayRejectedEventsFunction(RejectedEventReplay replay)
{
    [Function("ReplayRejectedEvents")]
    [Operation("Put rejected events through the present rules again; repeating it stores nothing twice", Tag = "Analytics")]
    [JsonBody(typeof(ReplayRejected), Example = """{"code":"unknown_event_type","limit":500}""")]
    [Answers(200, typeof(ReplayReport), Naming.Snake)]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/operators/analytics/rejected-events/replay")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var wanted = await request.ReadAsync(ReplayRejected.Read, cancellationToken);
        return Answer.Snake(await replay.RunAsync(wanted.Code, wanted.Limit, cancellationToken));
    }
}
