using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Platform.Outbox;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Notifications;

[OpenToAll("One-click unsubscribe (RFC 8058): mail programs post here without any key; the link is signed.")]
public sealed class UnsubscribeFunction(PreferenceOperations unsubscribing)
{
    [Function("Unsubscribe")]
    [Operation("Turn off what the signed link names; repeating it changes nothing", Tag = "Notifications")]
    [Answers(200, "A page that says what is off now", ContentType = "text/html")]
    [Answers(404, "The link is not one of ours", ContentType = "text/html")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = UnsubscribeLinks.Path + "/{token}")] HttpRequest request,
        string token,
        CancellationToken cancellationToken) =>
        await unsubscribing.UnsubscribeAsync(token, cancellationToken) is { } preference
            ? UnsubscribePage.Done(preference)
            : UnsubscribePage.Unknown();
}
