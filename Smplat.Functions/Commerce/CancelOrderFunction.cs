using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Commerce.Confirmation;
using Smplat.Core.Commerce.Routing;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Commerce;

[RequireKey(KeyScope.Storefront)]
[RateLimit(RateCategory.Order)]
public sealed class CancelOrderFunction(OrderCancellation cancellation)
{
    [Function("CancelOrder")]
    [Operation("Cancel a routing decision, or an order where its provider can", Tag = "Commerce",
        Description = "Refusals are answered with 200 and success false. Repeating the call succeeds.")]
    [JsonBody(typeof(CancelOrder), Example = """{"confirmationToken":"conf_1772442000000_AAAAAAAAAAAAAAAAAAAAAA","userId":"user-1"}""")]
    [Answers(200, typeof(CancelAnswer), Naming.Commerce)]
    [Answers(400, typeof(FailureAnswer), Naming.Commerce)]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "functions/v1/loopgpt_cancel_order")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var cancel = await request.ReadAsync(CancelOrder.Read, cancellationToken);
        return CommerceAnswers.Of(await cancellation.CancelAsync(cancel, cancellationToken));
    }
}
