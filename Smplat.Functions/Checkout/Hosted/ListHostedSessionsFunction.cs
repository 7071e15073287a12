using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Billing;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Checkout.Hosted;

[RequireKey(KeyScope.Storefront)]
public sealed class ListHostedSessionsFunction(HostedSessionQueries sessions)
{
    [Function("ListHostedSessions")]
    [Operation("Hosted payment sessions of a workspace, newest first", Tag = "Billing")]
    [Query(typeof(ListHostedSessions))]
    [QueryParameter("workspaceId", "The workspace")]
    [QueryParameter("invoiceId", "Only those of this invoice")]
    [QueryParameter("status", "initiated, completed, expired, abandoned or failed")]
    [QueryParameter("limit", "1 to 200, default 50")]
    [Answers(200, typeof(HostedSessionsAnswer), Naming.Camel)]
    [Answers(404, "Unknown, of another workspace, or billing is not rolled out to it")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/billing/sessions")] HttpRequest request,
        CancellationToken cancellationToken) =>
        HostedAnswer.Of(await sessions.ListAsync(request.ReadQuery(ListHostedSessions.Read), cancellationToken));
}
