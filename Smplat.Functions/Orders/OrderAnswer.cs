using System.Text.Json.Nodes;
using Smplat.Core.Orders;

namespace Smplat.Functions.Orders;

/// <summary>An order as the API shows it.</summary>
public sealed record OrderAnswer(
    Guid Id,
    string OrderNumber,
    Guid? UserId,
    string Status,
    string? HoldReason,
    string Source,
    decimal Subtotal,
    decimal Tax,
    decimal Total,
    string Currency,
    int? LoyaltyProjectionPoints,
    string? Notes,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    IReadOnlyList<OrderItemAnswer> Items)
{
    public static OrderAnswer From(Order order) => new(
        order.Id,
        order.OrderNumber,
        order.UserId,
        order.Status,
        order.HoldReason,
        order.Source,
        order.Subtotal,
        order.Tax,
        order.Total,
        order.Currency,
        order.LoyaltyProjectionPoints,
        order.Notes,
        order.CreatedAt,
        order.UpdatedAt,
        [.. order.Items.Select(OrderItemAnswer.From)]);
}

/// <summary>One line of an order as the API shows it.</summary>
public sealed record OrderItemAnswer(
    Guid Id,
    Guid? ProductId,
    string ProductTitle,
    int Quantity,
    decimal UnitPrice,
    decimal TotalPrice,
    JsonNode? SelectedOptions,
    JsonNode? Attributes,
    JsonNode? PlatformContext)
{
    public static OrderItemAnswer From(OrderItem item) => new(
        item.Id,
        item.ProductId,
        item.ProductTitle,
        item.Quantity,
        item.UnitPrice,
        item.TotalPrice,
        OrderItem.Parse(item.SelectedOptions),
        OrderItem.Parse(item.Attributes),
        OrderItem.Parse(item.PlatformContext));
}
