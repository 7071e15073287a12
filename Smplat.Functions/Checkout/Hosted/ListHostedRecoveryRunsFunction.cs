using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Billing;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Checkout.Hosted;

[RequireKey(KeyScope.Operator)]
public sealed class ListHostedRecoveryRunsFunction(HostedRecoveryRuns runs)
{
    [Function("ListHostedRecoveryRuns")]
    [Operation("Runs of the hosted recovery, newest first", Tag = "Operators")]
    [Query(typeof(LimitQuery))]
    [QueryParameter("limit", "1 to 200, default 50")]
    [Answers(200, typeof(HostedRunsAnswer), Naming.Snake)]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/operators/recovery/hosted/runs")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Answer.Snake(new HostedRunsAnswer(
            [.. (await runs.ListAsync(request.ReadQuery(LimitQuery.Read).Limit, cancellationToken)).Select(HostedRunAnswer.From)]));
}
