using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Ops;

[OpenToAll("The session cookie and the token of its forms are asked for inside.")]
public sealed class RedriveOpsMessagesFunction(OpsDoor door, RecoveryActions actions)
{
    [Function("RedriveOpsMessages")]
    [Operation("Send given-up or suppressed messages on their way again from the page", Tag = "Operators' page")]
    [Answers(303, "Done, or not signed in")]
    [Answers(403, "A form that is not of this session", ContentType = "text/html")]
    [Answers(422, "Something is missing or wrong", ContentType = "text/html")]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "ops/messages/redrive")] HttpRequest request,
        CancellationToken cancellationToken) => door.ActAsync(
            request, RecoveryPage.Path, (_, form, token) => actions.RedriveAsync(form, token), cancellationToken);
}
