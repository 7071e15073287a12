using System.Text.Json.Nodes;
using Smplat.Core.Orders;

namespace Smplat.Core.Fulfillment;

/// <summary>Orders, items and products as templates see them; the member names are a contract with stored templates.</summary>
public static class Snapshots
{
    public static JsonObject Of(Order order) => new()
    {
        ["id"] = order.Id.ToString(),
        ["order_number"] = order.OrderNumber,
        ["user_id"] = order.UserId?.ToString(),
        ["status"] = order.Status,
        ["source"] = order.Source,
        ["subtotal"] = order.Subtotal,
        ["tax"] = order.Tax,
        ["total"] = order.Total,
        ["currency"] = order.Currency,
        ["notes"] = order.Notes,
        ["created_at"] = order.CreatedAt.UtcDateTime,
        ["updated_at"] = order.UpdatedAt.UtcDateTime,
    };

    public static JsonObject Of(OrderItem item) => new()
    {
        ["id"] = item.Id.ToString(),
        ["order_id"] = item.OrderId.ToString(),
        ["product_id"] = item.ProductId?.ToString(),
        ["product_title"] = item.ProductTitle,
        ["quantity"] = item.Quantity,
        ["unit_price"] = item.UnitPrice,
        ["total_price"] = item.TotalPrice,
        ["selected_options"] = OrderItem.Parse(item.SelectedOptions),
        ["attributes"] = OrderItem.Parse(item.Attributes),
        ["created_at"] = item.CreatedAt.UtcDateTime,
        ["updated_at"] = item.UpdatedAt.UtcDateTime,
    };

    public static JsonObject Of(Product product) => new()
    {
        ["id"] = product.Id.ToString(),
        ["slug"] = product.Slug,
        ["title"] = product.Title,
        ["category"] = product.Category,
        ["base_price"] = product.BasePrice,
        ["currency"] = product.Currency,
        ["status"] = product.Status,
    };

    public static JsonObject Of(OrderedItem entry) => new()
    {
        ["order"] = Of(entry.Order),
        ["item"] = Of(entry.Item),
        ["product"] = entry.Product is null ? null : Of(entry.Product),
    };
}
