using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Platform.Outbox;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Notifications;

[OpenToAll("The link in a mail is signed; whoever holds it may see what it turns off.")]
public sealed class ShowUnsubscribeFunction(UnsubscribeLinks links)
{
    [Function("ShowUnsubscribe")]
    [Operation("The page behind the unsubscribe link; it changes nothing, since mail scanners open links", Tag = "Notifications")]
    [Answers(200, "The page with its button", ContentType = "text/html")]
    [Answers(404, "The link is not one of ours", ContentType = "text/html")]
    public IResult Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = UnsubscribeLinks.Path + "/{token}")] HttpRequest request,
        string token,
        CancellationToken cancellationToken) =>
        links.Read(token) is { } link ? UnsubscribePage.Ask(link.Preference) : UnsubscribePage.Unknown();
}
