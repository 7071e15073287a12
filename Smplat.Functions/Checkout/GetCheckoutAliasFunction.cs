using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Checkout;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Checkout;

[RequireKey(KeyScope.Storefront)]
public sealed class GetCheckoutAliasFunction(CheckoutOperations checkouts)
{
    [Function("GetCheckoutAlias")]
    [Operation("The same for the storefront", Tag = "Checkout")]
    [Answers(200, typeof(CheckoutOrchestration), Naming.Camel)]
    [Answers(404, "There is no such order")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/checkout/orchestrations/{orderId}")] HttpRequest request,
        string orderId,
        CancellationToken cancellationToken) =>
        CheckoutAnswer.Of(await checkouts.ReadAsync(PathValue.Guid("order_id", orderId), cancellationToken));
}
