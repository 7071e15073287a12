using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Orders;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Orders;

[RequireKey(KeyScope.Storefront)]
public sealed class CreateOrderFunction(OrderPlacement placement)
{
    [Function("CreateOrder")]
    [Operation("Place an order", Tag = "Orders", Description = "With an Idempotency-Key header, repeating the call gives the order that the first call made.")]
    [JsonBody(typeof(PlaceOrder), Example =
        """{"items":[{"product_title":"Instagram Growth","quantity":1,"unit_price":299.0,"total_price":299.0}],"currency":"EUR"}""")]
    [HeaderParameter("Idempotency-Key", "Repeating the call with the same key changes nothing and is answered the same", MaxLength = RouteInput.MaxKeyLength)]
    [Answers(201, typeof(OrderAnswer), Naming.Snake)]
    [Answers(200, typeof(OrderAnswer), Naming.Snake, Description = "The key has made this order before")]
    [Answers(400, "Unsupported currency or source")]
    [Answers(404, "Unknown product or user")]
    [Answers(409, "The key has made another order")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/orders")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var command = await request.ReadAsync(PlaceOrder.Read, cancellationToken) with { RequestKey = request.IdempotencyKey() };
        return await placement.PlaceAsync(command, cancellationToken) switch
        {
            PlaceOrderOutcome.Placed placed => Answer.Snake(OrderAnswer.From(placed.Order), StatusCodes.Status201Created),
            PlaceOrderOutcome.PlacedBefore before => Answer.Snake(OrderAnswer.From(before.Order)),
            PlaceOrderOutcome.Refused refused => Answer.From(refused.Refusal),
            var unknown => throw new InvalidOperationException($"No answer for {unknown}."),
        };
    }
}
