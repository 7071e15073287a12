using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Billing;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Checkout.Hosted;

[RequireKey(KeyScope.Storefront)]
public sealed class GetBillingReportFunction(HostedReportQueries reporting)
{
    [Function("GetBillingReport")]
    [Operation("How a workspace's hosted sessions went", Tag = "Billing")]
    [Query(typeof(BillingReportQuery))]
    [QueryParameter("workspaceId", "The workspace")]
    [QueryParameter("lookback_days", "1 to 120, default 30")]
    [Answers(200, typeof(HostedReport), Naming.Camel)]
    [Answers(404, "Billing is not rolled out to the workspace")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/billing/reports")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var query = request.ReadQuery(BillingReportQuery.Read);
        var (report, refusal) = await reporting.ReadAsync(query.WorkspaceId, query.Days, cancellationToken);
        return refusal is null ? Answer.Camel(report) : Answer.From(refusal);
    }
}
