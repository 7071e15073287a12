using System.Text.Json;
using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Platform.Outbox;

/// <summary>Read model: what messages tell about an order. It writes nothing.</summary>
public sealed class OrderFactsStore(NpgsqlDataSource database)
{
    private const string ReadOrder = """
        select id, order_number, status, total, currency, notes, receipt_storage_key, receipt_storage_url,
            receipt_storage_uploaded_at
        from orders
        where id = @orderId
        """;

    private const string ReadItems = """
        select product_title, quantity, total_price, selected_options::text, attributes::text, platform_context::text,
            baseline_metrics::text, delivery_snapshots::text, target_metrics::text
        from order_items
        where order_id = @orderId
        order by created_at, id
        limit 50
        """;

    /// <returns>Null when the order does not exist.</returns>
    public async Task<OrderFacts?> ReadAsync(Guid orderId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var order = await connection.QuerySingleOrDefaultAsync<OrderRow>(
            Sql.Command(ReadOrder, new { orderId }, cancellationToken));
        if (order is null)
        {
            return null;
        }

        var items = await connection.QueryAsync<ItemRow>(Sql.Command(ReadItems, new { orderId }, cancellationToken));
        return new(
            order.Id,
            order.OrderNumber,
            order.Status,
            order.Total,
            order.Currency,
            order.Notes,
            order.ReceiptStorageKey,
            order.ReceiptStorageUrl,
            order.ReceiptStorageUploadedAt,
            [.. items.Select(item => item.ToFacts())]);
    }

    private sealed record OrderRow
    {
        public required Guid Id { get; init; }

        public required string OrderNumber { get; init; }

        public required string Status { get; init; }

        public required decimal Total { get; init; }

        public required string Currency { get; init; }

        public required string? Notes { get; init; }

        public required string? ReceiptStorageKey { get; init; }

        public required string? ReceiptStorageUrl { get; init; }

        public required DateTimeOffset? ReceiptStorageUploadedAt { get; init; }
    }

    private sealed record ItemRow
    {
        public required string ProductTitle { get; init; }

        public required int Quantity { get; init; }

        public required decimal TotalPrice { get; init; }

        public required string? SelectedOptions { get; init; }

        public required string? Attributes { get; init; }

        public required string? PlatformContext { get; init; }

        public required string? BaselineMetrics { get; init; }

        public required string? DeliverySnapshots { get; init; }

        public required string? TargetMetrics { get; init; }

        public OrderItemFacts ToFacts() => new(
            ProductTitle,
            Quantity,
            TotalPrice,
            Json(SelectedOptions),
            Json(Attributes),
            Json(PlatformContext),
            Json(BaselineMetrics),
            Json(DeliverySnapshots),
            Json(TargetMetrics));

        private static JsonElement Json(string? text) =>
            text is null ? default : JsonSerializer.Deserialize<JsonElement>(text);
    }
}
