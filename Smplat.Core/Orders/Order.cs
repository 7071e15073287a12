using System.Text.Json;
using System.Text.Json.Nodes;
using Smplat.Core.Merchandising;
using Smplat.Core.Platform.Input;
using Smplat.Core.Platform.Outbox;

namespace Smplat.Core.Orders;

/// <summary>An order with its items.</summary>
public sealed record Order
{
    public required Guid Id { get; init; }

    public required string OrderNumber { get; init; }

    public Guid? UserId { get; init; }

    /// <summary>One of <see cref="OrderStatus"/>.</summary>
    public required string Status { get; init; }

    /// <summary>Why it is on hold; null otherwise.</summary>
    public string? HoldReason { get; init; }

    public required string Source { get; init; }

    public decimal Subtotal { get; init; }

    public decimal Tax { get; init; }

    public decimal Total { get; init; }

    public required string Currency { get; init; }

    public int? LoyaltyProjectionPoints { get; init; }

    public string? Notes { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    public IReadOnlyList<OrderItem> Items { get; init; } = [];
}

/// <summary>One line of an order. The JSON columns are carried as text and parsed where they are read.</summary>
public sealed record OrderItem
{
    public required Guid Id { get; init; }

    public required Guid OrderId { get; init; }

    public Guid? ProductId { get; init; }

    public required string ProductTitle { get; init; }

    public int Quantity { get; init; }

    public decimal UnitPrice { get; init; }

    public decimal TotalPrice { get; init; }

    public string? SelectedOptions { get; init; }

    public string? Attributes { get; init; }

    public string? PlatformContext { get; init; }

    /// <summary>JSON of the bundle line that it is a part of; null for an ordinary line.</summary>
    public string? Bundle { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    public static JsonNode? Parse(string? json) =>
        json is null ? null : JsonNode.Parse(json, documentOptions: new JsonDocumentOptions { MaxDepth = 64 });
}

/// <summary>An item with the order it belongs to and the product it refers to.</summary>
public sealed record OrderedItem(Order Order, OrderItem Item, Product? Product);

/// <summary>The internal message that an order was paid, so that work on it may start.</summary>
internal static class OrderPaid
{
    public const string Kind = "order_paid";

    /// <param name="key">What makes this message unique, such as the id of the payment.</param>
    public static OutboxMessage Message(Guid orderId, string key, DateTimeOffset now) => new(
        Kind,
        OutboxChannel.Internal,
        null,
        null,
        $"{Kind}:{orderId}:{key}",
        JsonSerializer.Serialize(new { order_id = orderId }),
        now);

    public static Guid OrderIdOf(JsonElement payload) => payload.GetProperty("order_id").GetGuid();
}

public sealed record OrderNotFound() : NotFound("orders.not_found", "Order not found");
