using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Trust;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Trust;

[OpenToAll("The content system authorises itself with the secret in x-payload-signature.", Signature = "x-payload-signature")]
public sealed class TakeTrustContentFunction(ContentAuthorization gate, TrustContentIntake intake)
{
    [Function("TakeTrustContent")]
    [Operation("Take in a trust experience that was written or deleted in the content system", Tag = "Trust")]
    [JsonBody(typeof(ReceiveContent), Example =
        """{"collection":"checkout-trust-experiences","doc":{"id":"1","slug":"checkout","name":"Checkout","environment":"development"}}""")]
    [Answers(200, typeof(ContentReceipt), Naming.Camel)]
    [Answers(401, "The signature is missing or wrong")]
    [Answers(503, "PAYLOAD_REVALIDATE_SECRET is not set")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/trust/content")] HttpRequest request,
        CancellationToken cancellationToken) => gate.AuthorizeMessage(request.Headers["x-payload-signature"]) switch
        {
            ContentAccess.Admitted =>
                Answer.Camel(await intake.TakeAsync(await request.ReadAsync(ReceiveContent.Read, cancellationToken), cancellationToken)),
            ContentAccess.WrongSignature => Answer.Detail(StatusCodes.Status401Unauthorized, "Invalid signature"),
            _ => Answer.Detail(StatusCodes.Status503ServiceUnavailable, "No content secret is configured; set PAYLOAD_REVALIDATE_SECRET."),
        };
}
