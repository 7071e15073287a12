using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Trust;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Trust.Preview;

[OpenToAll("Editors open it in a browser with the preview token; without one configured it exists only locally.")]
public sealed class ShowTrustPreviewFunction(ContentAuthorization gate, TrustPreview preview)
{
    [Function("ShowTrustPreview")]
    [Operation("The preview page: draft beside live", Tag = "Trust")]
    [Query(typeof(ReadExperience))]
    [QueryParameter("token", "CHECKOUT_PREVIEW_TOKEN")]
    [QueryParameter("environment", "development, test or production; the app's own when left out")]
    [Answers(200, "The page", ContentType = "text/html")]
    [Answers(404, "The token is wrong", ContentType = "text/html")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "trust-preview/{id}")] HttpRequest request,
        string id,
        CancellationToken cancellationToken) => gate.AllowsPreview(request.Query["token"])
            ? await preview.ShowAsync(id, request.ReadQuery(ReadExperience.Read).Environment, cancellationToken)
            : TrustPreview.NotFound();
}
