using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Fulfillment;
using Smplat.Core.Orders;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions;

/// <summary>Orders: placing, reading, changing the status, progress.</summary>
public sealed class OrderFunctions(OrderPlacement placement, OrderQueries orders, OrderOperations status, OrderProgress progress)
{
    [Function("CreateOrder")]
    [RequireKey(KeyScope.Storefront)]
    [Operation("Place an order", Tag = "Orders", Description = "With an Idempotency-Key header, repeating the call returns the order of the first call.")]
    [JsonBody(typeof(PlaceOrder), Example =
        """{"items":[{"product_title":"Instagram Growth","quantity":1,"unit_price":299.0,"total_price":299.0}],"currency":"EUR"}""")]
    [HeaderParameter("Idempotency-Key", "Repeating the call with the same key changes nothing and returns the same answer", MaxLength = RouteInput.MaxKeyLength)]
    [Answers(201, typeof(OrderAnswer), Naming.Snake)]
    [Answers(200, typeof(OrderAnswer), Naming.Snake, Description = "The key was used before; this is the same order")]
    [Answers(400, "Unsupported currency or source")]
    [Answers(404, "Unknown product, bundle or user")]
    [Answers(409, "The key was used for another order, a product or bundle is not available in the channel, or a bundle has another price")]
    public async Task<IResult> CreateOrderAsync(
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

    [Function("GetOrder")]
    [RequireKey(KeyScope.Storefront)]
    [ForMember("orderId", IsOrder = true)]
    [Operation("An order with its items", Tag = "Orders")]
    [Answers(200, typeof(OrderAnswer), Naming.Snake)]
    [Answers(404, "No such order")]
    public async Task<IResult> GetOrderAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/orders/{orderId}")] HttpRequest request,
        string orderId,
        CancellationToken cancellationToken) =>
        await orders.FindAsync(RouteInput.Guid(orderId, "order_id"), cancellationToken) is { } order
            ? Answer.Snake(OrderAnswer.From(order))
            : Answer.From(new OrderNotFound());

    [Function("FindOrder")]
    [RequireKey(KeyScope.Operator)]
    [Operation("The order with a number", Tag = "Orders")]
    [Query(typeof(FindOrder))]
    [QueryParameter("number", "The order number that the customer was told, such as SM000123")]
    [Answers(200, typeof(OrderAnswer), Naming.Snake)]
    [Answers(404, "No such order")]
    public async Task<IResult> FindOrderAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/operators/orders")] HttpRequest request,
        CancellationToken cancellationToken) =>
        await orders.FindByNumberAsync(request.ReadQuery(FindOrder.Read), cancellationToken) is { } order
            ? Answer.Snake(OrderAnswer.From(order))
            : Answer.From(new OrderNotFound());

    [Function("ChangeOrderStatus")]
    [RequireKey(KeyScope.Operator)]
    [Operation("Hold, cancel or resume an order", Tag = "Orders")]
    [JsonBody(typeof(ChangeOrderStatus), Example = """{"status":"on_hold","actor":"operator","reason":"customer asked"}""")]
    [Answers(200, typeof(OrderStatusAnswer), Naming.Snake)]
    [Answers(404, "No such order")]
    [Answers(409, "The current status does not allow this change")]
    public async Task<IResult> ChangeOrderStatusAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/operators/orders/{orderId}/status")] HttpRequest request,
        string orderId,
        CancellationToken cancellationToken)
    {
        var id = RouteInput.Guid(orderId, "order_id");
        var command = await request.ReadAsync(ChangeOrderStatus.Read, cancellationToken);
        return await status.ChangeAsync(id, command, cancellationToken) switch
        {
            OrderStatusOutcome.Changed changed => Answer.Snake(new OrderStatusAnswer(id, changed.Change.From, changed.Change.To)),
            OrderStatusOutcome.Unchanged same => Answer.Snake(new OrderStatusAnswer(id, same.Status, same.Status)),
            OrderStatusOutcome.Refused refused => Answer.From(refused.Refusal),
            var unknown => throw new InvalidOperationException($"No answer for {unknown}."),
        };
    }

    [Function("ListOrderStatusChanges")]
    [RequireKey(KeyScope.Operator)]
    [Operation("The status changes of an order, oldest first", Tag = "Orders")]
    [Answers(200, typeof(OrderStatusChange[]), Naming.Snake)]
    [Answers(404, "No such order")]
    public async Task<IResult> ListOrderStatusChangesAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/operators/orders/{orderId}/status")] HttpRequest request,
        string orderId,
        CancellationToken cancellationToken) =>
        await status.ListChangesAsync(RouteInput.Guid(orderId, "order_id"), cancellationToken) is { } changes
            ? Answer.Snake(changes)
            : Answer.From(new OrderNotFound());

    [Function("GetOrderProgress")]
    [RequireKey(KeyScope.Storefront)]
    [ForMember("orderId", IsOrder = true)]
    [Operation("The progress of an order", Tag = "Fulfillment")]
    [Answers(200, typeof(OrderProgressReport), Naming.Snake)]
    [Answers(404, "No such order")]
    public async Task<IResult> GetOrderProgressAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/orders/{orderId}/progress")] HttpRequest request,
        string orderId,
        CancellationToken cancellationToken) =>
        await progress.FindAsync(RouteInput.Guid(orderId, "order_id"), cancellationToken) is { } report
            ? Answer.Snake(report)
            : Answer.From(new OrderNotFound());
}

/// <summary>The step that the order took; the same word twice when it stayed.</summary>
public sealed record OrderStatusAnswer(Guid OrderId, string PreviousStatus, string Status);

/// <summary>An order as the API shows it.</summary>
public sealed record OrderAnswer
{
    public required Guid Id { get; init; }

    public required string OrderNumber { get; init; }

    public required Guid? UserId { get; init; }

    public required string Status { get; init; }

    public required string? HoldReason { get; init; }

    public required string Source { get; init; }

    public required decimal Subtotal { get; init; }

    public required decimal Tax { get; init; }

    public required decimal Total { get; init; }

    public required string Currency { get; init; }

    public required int? LoyaltyProjectionPoints { get; init; }

    public required string? Notes { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public required IReadOnlyList<OrderItemAnswer> Items { get; init; }

    public static OrderAnswer From(Order order) => new()
    {
        Id = order.Id,
        OrderNumber = order.OrderNumber,
        UserId = order.UserId,
        Status = order.Status,
        HoldReason = order.HoldReason,
        Source = order.Source,
        Subtotal = order.Subtotal,
        Tax = order.Tax,
        Total = order.Total,
        Currency = order.Currency,
        LoyaltyProjectionPoints = order.LoyaltyProjectionPoints,
        Notes = order.Notes,
        CreatedAt = order.CreatedAt,
        UpdatedAt = order.UpdatedAt,
        Items = [.. order.Items.Select(OrderItemAnswer.From)],
    };
}

/// <summary>One line of an order as the API shows it.</summary>
public sealed record OrderItemAnswer
{
    public required Guid Id { get; init; }

    public required Guid? ProductId { get; init; }

    public required string ProductTitle { get; init; }

    public required int Quantity { get; init; }

    public required decimal UnitPrice { get; init; }

    public required decimal TotalPrice { get; init; }

    public required JsonNode? SelectedOptions { get; init; }

    public required JsonNode? Attributes { get; init; }

    public required JsonNode? PlatformContext { get; init; }

    /// <summary>The bundle line that it is a part of; null for an ordinary line.</summary>
    public required JsonNode? Bundle { get; init; }

    public static OrderItemAnswer From(OrderItem item) => new()
    {
        Id = item.Id,
        ProductId = item.ProductId,
        ProductTitle = item.ProductTitle,
        Quantity = item.Quantity,
        UnitPrice = item.UnitPrice,
        TotalPrice = item.TotalPrice,
        SelectedOptions = OrderItem.Parse(item.SelectedOptions),
        Attributes = OrderItem.Parse(item.Attributes),
        PlatformContext = OrderItem.Parse(item.PlatformContext),
        Bundle = OrderItem.Parse(item.Bundle),
    };
}
