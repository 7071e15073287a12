using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Orders;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Orders;

[RequireKey(KeyScope.Operator)]
public sealed class ListOrderStatusChangesFunction(OrderOperations desk)
{
    [Function("ListOrderStatusChanges")]
    [Operation("How an order came to be where it is, oldest first", Tag = "Orders")]
    [Answers(200, typeof(OrderStatusChange[]), Naming.Snake)]
    [Answers(404, "No such order")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/operators/orders/{orderId}/status")] HttpRequest request,
        string orderId,
        CancellationToken cancellationToken) =>
        await desk.ListChangesAsync(RouteInput.Guid(orderId, "order_id"), cancellationToken) is { } changes
            ? Answer.Snake(changes)
            : Answer.From(new OrderNotFound());
}
