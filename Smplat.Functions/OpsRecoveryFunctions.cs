using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;
using Smplat.Functions.Ops;

namespace Smplat.Functions;

/// <summary>The operator page of recovery, with its action.</summary>
public sealed class OpsRecoveryFunctions(OpsAuthorization authorization, RecoveryPage page, RecoveryActions actions)
{
    [Function("ShowOpsRecovery")]
    [OpenToAll("The page checks the session cookie itself; without one the browser is sent to the login.")]
    [RateLimit(RateCategory.System)]
    [Operation("Checkout recovery, messages and digests", Tag = "Operators' page")]
    [QueryParameter("status", "Messages of this status; defaults to dead")]
    [Answers(200, "The page", ContentType = "text/html")]
    [Answers(303, "Not signed in")]
    [Answers(503, "The page; panels that could not be read say so", ContentType = "text/html")]
    public Task<IResult> ShowOpsRecoveryAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "ops/recovery")] HttpRequest request,
        CancellationToken cancellationToken) => authorization.ShowAsync(request, page.ShowAsync, cancellationToken);

    [Function("RedriveOpsMessages")]
    [OpenToAll("The action checks the session cookie and the form token itself.")]
    [RateLimit(RateCategory.System)]
    [Operation("Resend dead or suppressed messages from the page", Tag = "Operators' page")]
    [Answers(303, "Done, or not signed in")]
    [Answers(403, "The form does not belong to this session", ContentType = "text/html")]
    [Answers(422, "Something is missing or wrong", ContentType = "text/html")]
    public Task<IResult> RedriveOpsMessagesAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "ops/messages/redrive")] HttpRequest request,
        CancellationToken cancellationToken) => authorization.ActAsync(
            request, RecoveryPage.Path, (_, form, token) => actions.RedriveAsync(form, token), cancellationToken);
}
