using System.Text.Json;
using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Notifications;

/// <summary>Read model: what messages say about an order. It writes nothing.</summary>
internal sealed class OrderFactsStore(NpgsqlDataSource database)
{
    private const string ReadOrder = """
        select id, order_number as number, status, total, currency, notes, receipt_storage_url as receipt_url
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
        var order = await connection.QuerySingleOrDefaultAsync<OrderFacts>(
            Sql.Command(ReadOrder, new { orderId }, cancellationToken));
        if (order is null)
        {
            return null;
        }

        var items = await connection.QueryAsync<ItemRow>(Sql.Command(ReadItems, new { orderId }, cancellationToken));
        return order with { Items = [.. items.Select(item => item.ToFacts())] };
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

        public OrderItemFacts ToFacts() => new()
        {
            Title = ProductTitle,
            Quantity = Quantity,
            TotalPrice = TotalPrice,
            SelectedOptions = Json(SelectedOptions),
            Attributes = Json(Attributes),
            PlatformContext = Json(PlatformContext),
            BaselineMetrics = Json(BaselineMetrics),
            DeliverySnapshots = Json(DeliverySnapshots),
            TargetMetrics = Json(TargetMetrics),
        };

        private static JsonElement Json(string? text) =>
            text is null ? default : JsonSerializer.Deserialize<JsonElement>(text);
    }
}
