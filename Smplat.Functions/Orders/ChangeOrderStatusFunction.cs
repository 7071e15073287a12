using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Orders;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Orders;

[RequireKey(KeyScope.Operator)]
public sealed class ChangeOrderStatusFunction(OrderOperations desk)
{
    [Function("ChangeOrderStatus")]
    [Operation("Hold, cancel or resume an order by hand", Tag = "Orders")]
    [JsonBody(typeof(ChangeOrderStatus), Example = """{"status":"on_hold","actor":"operator","reason":"customer asked"}""")]
    [Answers(200, typeof(OrderStatusAnswer), Naming.Snake)]
    [Answers(404, "No such order")]
    [Answers(409, "The order cannot take this step")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/operators/orders/{orderId}/status")] HttpRequest request,
        string orderId,
        CancellationToken cancellationToken)
    {
        var id = RouteInput.Guid(orderId, "order_id");
        var command = await request.ReadAsync(ChangeOrderStatus.Read, cancellationToken);
        return await desk.ChangeAsync(id, command, cancellationToken) switch
        {
            OrderStatusOutcome.Changed changed => Answer.Snake(new OrderStatusAnswer(id, changed.Change.From, changed.Change.To)),
            OrderStatusOutcome.Unchanged same => Answer.Snake(new OrderStatusAnswer(id, same.Status, same.Status)),
            OrderStatusOutcome.Refused refused => Answer.From(refused.Refusal),
            var unknown => throw new InvalidOperationException($"No answer for {unknown}."),
        };
    }
}

/// <summary>The step that the order took; the same word twice when it stayed.</summary>
public sealed record OrderStatusAnswer(Guid OrderId, string PreviousStatus, string Status);
