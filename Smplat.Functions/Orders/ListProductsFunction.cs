using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Orders;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Orders;

[OpenToAll("The catalogue is what the storefront shows to everybody.")]
[RateLimit(RateCategory.Standard)]
public sealed class ListProductsFunction(ProductQueries catalog)
{
    [Function("ListProducts")]
    [Operation("Products, oldest first", Tag = "Orders")]
    [Query(typeof(ListProducts))]
    [QueryParameter("status", "draft, active or archived; all when left out")]
    [QueryParameter("limit", "1 to 1000; 1000 when left out")]
    [Answers(200, typeof(ProductAnswer[]), Naming.Camel)]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/products")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var products = await catalog.ListAsync(request.ReadQuery(ListProducts.Read), cancellationToken);
        return Answer.Camel(products.Select(ProductAnswer.From).ToArray());
    }
}
