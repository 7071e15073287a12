using System.Text.Json;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Orders;

/// <summary>A request for an order.</summary>
public sealed record PlaceOrder
{
    public const int MaxItems = 100;

    /// <summary>Beyond it a sum of items could leave the column.</summary>
    public const decimal MaxPrice = 9_999_999_999.99m;

    public required IReadOnlyList<PlaceOrderItem> Items { get; init; }

    public string Currency { get; init; } = "EUR";

    public string Source { get; init; } = "checkout";

    public Guid? UserId { get; init; }

    public string? Notes { get; init; }

    public int? LoyaltyProjectionPoints { get; init; }

    /// <summary>The caller's key: asking again with the same key gives the order that the first call made.</summary>
    public string? RequestKey { get; init; }

    public static PlaceOrder Read(Fields fields) => new()
    {
        Items = [.. fields.List("items", MaxItems, minCount: 1).Select(PlaceOrderItem.Read)],
        Currency = fields.Text("currency", 1, 10) ?? "EUR",
        Source = fields.Text("source", 1, 20) ?? "checkout",
        UserId = fields.Guid("user_id", also: "userId"),
        Notes = fields.Text("notes", 0, 4000),
        LoyaltyProjectionPoints = fields.Integer("loyalty_projection_points", 0, also: "loyaltyProjectionPoints"),
    };
}

/// <summary>One line of the request.</summary>
public sealed record PlaceOrderItem
{
    public Guid? ProductId { get; init; }

    public required string ProductTitle { get; init; }

    public int Quantity { get; init; } = 1;

    public decimal UnitPrice { get; init; }

    public decimal TotalPrice { get; init; }

    public JsonElement? SelectedOptions { get; init; }

    public JsonElement? Attributes { get; init; }

    public JsonElement? PlatformContext { get; init; }

    public static PlaceOrderItem Read(Fields fields) => new()
    {
        ProductId = fields.Guid("product_id", also: "productId"),
        ProductTitle = fields.RequiredText("product_title", max: 300, also: "productTitle"),
        Quantity = fields.Integer("quantity", 1, 100_000) ?? 1,
        UnitPrice = fields.RequiredNumber("unit_price", 0, PlaceOrder.MaxPrice, also: "unitPrice"),
        TotalPrice = fields.RequiredNumber("total_price", 0, PlaceOrder.MaxPrice, also: "totalPrice"),
        SelectedOptions = fields.Object("selected_options", also: "selectedOptions"),
        Attributes = fields.Object("attributes"),
        PlatformContext = fields.Object("platform_context", also: "platformContext"),
    };
}
