using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Fulfillment;
using Smplat.Core.Orders;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Fulfillment;

[RequireKey(KeyScope.Storefront)]
public sealed class GetOrderProgressFunction(OrderProgress progress)
{
    [Function("GetOrderProgress")]
    [Operation("How far an order has come", Tag = "Fulfillment")]
    [Answers(200, typeof(OrderProgressReport), Naming.Snake)]
    [Answers(404, "No such order")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/orders/{orderId}/progress")] HttpRequest request,
        string orderId,
        CancellationToken cancellationToken) =>
        await progress.FindAsync(RouteInput.Guid(orderId, "order_id"), cancellationToken) is { } report
            ? Answer.Snake(report)
            : Answer.From(new OrderNotFound());
}
