using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Commerce.Confirmation;
using Smplat.Core.Commerce.Routing;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Commerce;

[RequireKey(KeyScope.Storefront)]
[RateLimit(RateCategory.Order)]
public sealed class ConfirmOrderFunction(OrderConfirmation confirmation)
{
    [Function("ConfirmOrder")]
    [Operation("Place the order of a routing decision, or hand the shopper over", Tag = "Commerce",
        Description = "Refusals are answered with 200 and success false. Repeating the call, also with an Idempotency-Key, is answered the same.")]
    [JsonBody(typeof(ConfirmOrder), Example =
        """{"confirmationToken":"conf_1772442000000_AAAAAAAAAAAAAAAAAAAAAA","userId":"user-1","paymentMethod":{"type":"card","token":"pm_1"},"customer":{"name":"Ada Byron","email":"ada@example.com","phone":"+1 415 555 0100"}}""")]
    [HeaderParameter("Idempotency-Key", "Repeating the call with the same key changes nothing and is answered the same", MaxLength = ConfirmOrder.MaxIdempotencyKey)]
    [Answers(200, typeof(ConfirmAnswer), Naming.Commerce)]
    [Answers(400, typeof(FailureAnswer), Naming.Commerce)]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "functions/v1/loopgpt_confirm_order")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var key = request.Headers.TryGetValue("Idempotency-Key", out var given) ? given.ToString() : null;
        var order = await request.ReadAsync(fields => ConfirmOrder.Read(fields, key), cancellationToken);
        return CommerceAnswers.Of(await confirmation.ConfirmAsync(order, cancellationToken));
    }
}
