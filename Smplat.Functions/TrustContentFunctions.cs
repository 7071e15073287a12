using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Trust;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions;

/// <summary>Content from the CMS: its webhook and the preview for editors.</summary>
public sealed class TrustContentFunctions(ContentAuthorization gate, TrustContentIntake intake, TrustPreview preview)
{
    [Function("TakeTrustContent")]
    [OpenToAll("The content system authenticates with the secret in x-payload-signature.", Signature = "x-payload-signature")]
    [RateLimit(RateCategory.Webhook)]
    [BodyLimit(10 * 1024)]
    [Operation("Receive a trust experience that was changed or deleted in the content system", Tag = "Trust")]
    [JsonBody(typeof(ReceiveContent), Example =
        """{"collection":"checkout-trust-experiences","doc":{"id":"1","slug":"checkout","name":"Checkout","environment":"development"}}""")]
    [Answers(200, typeof(ContentReceipt), Naming.Camel)]
    [Answers(401, "The signature is missing or wrong")]
    [Answers(503, "PAYLOAD_REVALIDATE_SECRET is not set")]
    public async Task<IResult> TakeTrustContentAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/trust/content")] HttpRequest request,
        CancellationToken cancellationToken) => gate.AuthorizeMessage(request.Headers["x-payload-signature"]) switch
        {
            ContentAccess.Admitted =>
                Answer.Camel(await intake.TakeAsync(await request.ReadAsync(ReceiveContent.Read, cancellationToken), cancellationToken)),
            ContentAccess.WrongSignature => Answer.Detail(StatusCodes.Status401Unauthorized, "Invalid signature"),
            _ => Answer.Detail(StatusCodes.Status503ServiceUnavailable, "No content secret is configured; set PAYLOAD_REVALIDATE_SECRET."),
        };

    [Function("ShowTrustPreview")]
    [OpenToAll("Editors open it in a browser with the preview token; without one configured it exists only locally.")]
    [RateLimit(RateCategory.Standard)]
    [Operation("The preview page: the draft beside the published page", Tag = "Trust")]
    [Query(typeof(ReadExperience))]
    [QueryParameter("token", "CHECKOUT_PREVIEW_TOKEN")]
    [QueryParameter("environment", "development, test or production; defaults to the app's own")]
    [Answers(200, "The page", ContentType = "text/html")]
    [Answers(404, "The token is wrong", ContentType = "text/html")]
    public async Task<IResult> ShowTrustPreviewAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "trust-preview/{id}")] HttpRequest request,
        string id,
        CancellationToken cancellationToken) => gate.AllowsPreview(request.Query["token"])
            ? await preview.ShowAsync(id, request.ReadQuery(ReadExperience.Read).Environment, cancellationToken)
            : TrustPreview.NotFound();
}
