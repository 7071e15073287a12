using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Checkout;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Checkout;

[RequireKey(KeyScope.Storefront)]
public sealed class GetCheckoutFunction(CheckoutOperations checkouts)
{
    [Function("GetCheckout")]
    [Operation("Where an order's checkout stands; made on first read", Tag = "Checkout")]
    [Answers(200, typeof(CheckoutOrchestration), Naming.Camel)]
    [Answers(404, "There is no such order")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/checkout/orchestrations/{orderId}")] HttpRequest request,
        string orderId,
        CancellationToken cancellationToken) =>
        CheckoutAnswer.Of(await checkouts.ReadAsync(PathValue.Guid("order_id", orderId), cancellationToken));
}
