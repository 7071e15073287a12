using System.Globalization;
using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Orders;

/// <summary>Tables <c>orders</c> and <c>order_items</c>: making and reading; statuses are <see cref="OrderStatusStore"/>'s.</summary>
public sealed class OrderStore(NpgsqlDataSource database)
{
    private const string OrderColumns =
        """
        id, order_number, user_id, status, hold_reason, source, subtotal, tax, total, currency, loyalty_projection_points, notes,
        created_at, updated_at
        """;

    private const string ItemColumns =
        """
        id, order_id, product_id, product_title, quantity, unit_price, total_price, selected_options::text, attributes::text,
        platform_context::text, created_at, updated_at
        """;

    // A sequence gives no number twice, whatever runs side by side or rolls back.
    private const string NextNumber = "select nextval('order_number_seq')";

    private const string InsertOrder =
        """
        insert into orders
            (id, order_number, user_id, status, source, subtotal, tax, total, currency, loyalty_projection_points, notes,
             request_key, created_at, updated_at)
        values
            (@Id, @OrderNumber, @UserId, @Status, @Source, @Subtotal, @Tax, @Total, @Currency, @LoyaltyProjectionPoints, @Notes,
             @RequestKey, @CreatedAt, @UpdatedAt)
        """;

    private const string InsertItem =
        """
        insert into order_items
            (id, order_id, product_id, product_title, quantity, unit_price, total_price, selected_options, attributes,
             platform_context, created_at, updated_at)
        values
            (@Id, @OrderId, @ProductId, @ProductTitle, @Quantity, @UnitPrice, @TotalPrice, @SelectedOptions::jsonb,
             @Attributes::jsonb, @PlatformContext::jsonb, @CreatedAt, @UpdatedAt)
        """;

    private const string FindOrder = $"select {OrderColumns} from orders where id = @Id";

    private const string LockOrder = $"select {OrderColumns} from orders where id = @Id for update";

    private const string FindOrderByKey = $"select {OrderColumns} from orders where request_key = @RequestKey";

    private const string ListItems = $"select {ItemColumns} from order_items where order_id = any(@OrderIds) order by created_at, id";

    private const string ListOrdersByItems =
        $"""
        select {OrderColumns}
        from orders
        where id in (select order_id from order_items where id = any(@ItemIds))
        """;

    /// <summary>Stores the order under the next free number.</summary>
    public async Task<Order> InsertAsync(Order draft, string? requestKey, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var number = await connection.ExecuteScalarAsync<long>(Sql.Command(NextNumber, null, cancellationToken, transaction));
        var order = draft with { OrderNumber = string.Create(CultureInfo.InvariantCulture, $"SM{number:D6}") };
        await connection.ExecuteAsync(Sql.Command(
            InsertOrder,
            new
            {
                order.Id,
                order.OrderNumber,
                order.UserId,
                order.Status,
                order.Source,
                order.Subtotal,
                order.Tax,
                order.Total,
                order.Currency,
                order.LoyaltyProjectionPoints,
                order.Notes,
                RequestKey = requestKey,
                order.CreatedAt,
                order.UpdatedAt,
            },
            cancellationToken,
            transaction));
        await connection.ExecuteAsync(Sql.Command(InsertItem, order.Items, cancellationToken, transaction));
        await transaction.CommitAsync(cancellationToken);
        return order;
    }

    public Task<Order?> FindAsync(Guid orderId, CancellationToken cancellationToken) =>
        FindAsync(FindOrder, new { Id = orderId }, cancellationToken);

    public Task<Order?> FindByRequestKeyAsync(string requestKey, CancellationToken cancellationToken) =>
        FindAsync(FindOrderByKey, new { RequestKey = requestKey }, cancellationToken);

    public async Task<Order?> LockAsync(Guid orderId, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var connection = transaction.Connection!;
        var order = await connection.QuerySingleOrDefaultAsync<Order>(Sql.Command(
            LockOrder, new { Id = orderId }, cancellationToken, transaction));
        return order is null ? null : (await WithItemsAsync(connection, transaction, [order], cancellationToken))[0];
    }

    public async Task<IReadOnlyList<Order>> ListByItemsAsync(Guid[] itemIds, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var orders = (await connection.QueryAsync<Order>(Sql.Command(
            ListOrdersByItems, new { ItemIds = itemIds }, cancellationToken))).AsList();
        return await WithItemsAsync(connection, null, orders, cancellationToken);
    }

    private async Task<Order?> FindAsync(string statement, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var order = await connection.QuerySingleOrDefaultAsync<Order>(Sql.Command(statement, parameters, cancellationToken));
        return order is null ? null : (await WithItemsAsync(connection, null, [order], cancellationToken))[0];
    }

    private static async Task<IReadOnlyList<Order>> WithItemsAsync(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, IReadOnlyList<Order> orders, CancellationToken cancellationToken)
    {
        var items = (await connection.QueryAsync<OrderItem>(Sql.Command(
            ListItems, new { OrderIds = orders.Select(order => order.Id).ToArray() }, cancellationToken, transaction)))
            .ToLookup(item => item.OrderId);
        return [.. orders.Select(order => order with { Items = [.. items[order.Id]] })];
    }
}
