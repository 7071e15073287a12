using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Commerce.Providers.MealMe;
using Smplat.Core.Commerce.Routing;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Commerce.MealMe;

[OpenToAll("The vendor signs the body; the signature is verified before anything else.", Signature = "x-mealme-signature")]
public sealed class TakeMealMeWebhookFunction(MealMeWebhook webhook, MealMeAnswers answers)
{
    [Function("TakeMealMeWebhook")]
    [Operation("Take in what MealMe says about an order", Tag = "Commerce",
        Description = "Header x-mealme-signature: HMAC-SHA256 of the raw body, in hex or Base64.")]
    [JsonBody(typeof(MealMeEventReader), nameof(MealMeEventReader.Shape), Example =
        """{"orderId":"ord_000001","status":"in_progress","totals":{"subtotal":2499,"fees":499,"tip":100,"total":3098}}""")]
    [Answers(200, typeof(WebhookAnswer), Naming.Snake)]
    [Answers(401, typeof(FailureAnswer), Naming.Commerce)]
    [Answers(503, typeof(FailureAnswer), Naming.Commerce)]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "functions/v1/mealme_webhook")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var body = await request.ReadBytesAsync(cancellationToken);
        return answers.Of(await webhook.TakeAsync(body, request.Headers["x-mealme-signature"], cancellationToken));
    }
}
