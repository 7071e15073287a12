using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Notifications;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Notifications;

[RequireKey(KeyScope.Operator)]
public sealed class PreviewMessageFunction(MessagePreview preview)
{
    [Function("PreviewMessage")]
    [Operation("Any message rendered over sample values", Tag = "Operators")]
    [Query(typeof(PreviewQuery))]
    [QueryParameter("format", "html (default) or text")]
    [Answers(200, "The message as its reader sees it", ContentType = "text/html")]
    [Answers(404, "There is no such kind")]
    public IResult Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/operators/notifications/preview/{kind}")] HttpRequest request,
        string kind,
        CancellationToken cancellationToken) =>
        PreviewAnswer.Of(preview.Render(kind), request.ReadQuery(PreviewQuery.Read));
}
