using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Orders;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Orders;

[OpenToAll("The catalogue is what the storefront shows to everybody.")]
[RateLimit(RateCategory.Standard)]
public sealed class GetProductFunction(ProductQueries catalog)
{
    [Function("GetProduct")]
    [Operation("A product by its slug", Tag = "Orders")]
    [Answers(200, typeof(ProductDetailAnswer), Naming.Camel)]
    [Answers(404, "No product has this slug")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/products/{slug}")] HttpRequest request,
        string slug,
        CancellationToken cancellationToken) =>
        await catalog.FindAsync(slug, cancellationToken) is { } product
            ? Answer.Camel(ProductDetailAnswer.From(product))
            : Answer.From(new ProductNotFound());
}
