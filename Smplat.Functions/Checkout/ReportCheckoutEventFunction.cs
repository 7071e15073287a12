using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Checkout;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Checkout;

[RequireKey(KeyScope.Storefront)]
public sealed class ReportCheckoutEventFunction(CheckoutOperations checkouts)
{
    [Function("ReportCheckoutEvent")]
    [Operation("Report what happened to a checkout; only moves of the transition table are taken", Tag = "Checkout")]
    [JsonBody(typeof(CheckoutUpdate), Example =
        """{"stage":"payment","status":"waiting","note":"Card declined","nextActionAt":"2026-03-02T10:00:00Z","metadataPatch":{"source":"storefront"}}""")]
    [Answers(200, typeof(CheckoutOrchestration), Naming.Camel)]
    [Answers(404, "There is no such order")]
    [Answers(409, "The checkout cannot take this step, or has moved on")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/checkout/orchestrations/{orderId}/events")] HttpRequest request,
        string orderId,
        CancellationToken cancellationToken)
    {
        var order = PathValue.Guid("order_id", orderId);
        var update = await request.ReadAsync(CheckoutUpdate.Read, cancellationToken);
        return CheckoutAnswer.Of(await checkouts.UpdateAsync(order, update, cancellationToken));
    }
}
