using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Orders;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Orders;

[RequireKey(KeyScope.Storefront)]
public sealed class GetOrderFunction(OrderQueries orders)
{
    [Function("GetOrder")]
    [Operation("An order with its items", Tag = "Orders")]
    [Answers(200, typeof(OrderAnswer), Naming.Snake)]
    [Answers(404, "No such order")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/orders/{orderId}")] HttpRequest request,
        string orderId,
        CancellationToken cancellationToken) =>
        await orders.FindAsync(RouteInput.Guid(orderId, "order_id"), cancellationToken) is { } order
            ? Answer.Snake(OrderAnswer.From(order))
            : Answer.From(new OrderNotFound());
}
