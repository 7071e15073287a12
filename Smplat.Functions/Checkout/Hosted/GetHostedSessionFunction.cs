using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Billing;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Checkout.Hosted;

[RequireKey(KeyScope.Storefront)]
public sealed class GetHostedSessionFunction(HostedSessionQueries sessions)
{
    [Function("GetHostedSession")]
    [Operation("One hosted payment session", Tag = "Billing")]
    [Query(typeof(WorkspaceQuery))]
    [QueryParameter("workspaceId", "The workspace")]
    [Answers(200, typeof(HostedSessionView), Naming.Camel)]
    [Answers(404, "Unknown, of another workspace, or billing is not rolled out to it")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/billing/sessions/{sessionId}")] HttpRequest request,
        string sessionId,
        CancellationToken cancellationToken)
    {
        var id = PathValue.Guid("session_id", sessionId);
        var query = request.ReadQuery(WorkspaceQuery.Read);
        return HostedAnswer.Of(await sessions.FindAsync(id, query.WorkspaceId, cancellationToken));
    }
}
