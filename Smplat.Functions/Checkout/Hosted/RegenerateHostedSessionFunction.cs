using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Billing;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Checkout.Hosted;

[RequireKey(KeyScope.Storefront)]
public sealed class RegenerateHostedSessionFunction(HostedRegeneration regeneration)
{
    [Function("RegenerateHostedSession")]
    [Operation("Replace a session by a new payment page", Tag = "Billing")]
    [Query(typeof(WorkspaceQuery))]
    [QueryParameter("workspaceId", "The workspace")]
    [JsonBody(typeof(RegenerateSession), Example = """{"expectedUpdatedAt":"2026-03-02T09:00:00Z","notes":"Customer asked for a new link"}""")]
    [Answers(200, typeof(HostedSessionView), Naming.Camel)]
    [Answers(400, "Neither the request nor the old session names the return addresses")]
    [Answers(404, "Unknown, of another workspace, or billing is not rolled out to it")]
    [Answers(409, "Completed, settled, or modified since it was read")]
    [Answers(503, "The payment provider made no session")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/billing/sessions/{sessionId}/regenerate")] HttpRequest request,
        string sessionId,
        CancellationToken cancellationToken)
    {
        var id = PathValue.Guid("session_id", sessionId);
        var query = request.ReadQuery(WorkspaceQuery.Read);
        var command = await request.ReadAsync(RegenerateSession.Read, cancellationToken);
        return HostedAnswer.Of(await regeneration.RegenerateAsync(id, query.WorkspaceId, command, cancellationToken));
    }
}
