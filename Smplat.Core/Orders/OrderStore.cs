using System.Globalization;
using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Orders;

/// <summary>
/// Tables <c>orders</c>, <c>order_items</c> and <c>order_status_change</c>. Statements that change statuses take many orders
/// at once.
/// </summary>
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
        platform_context::text, bundle::text, created_at, updated_at
        """;

    // A sequence never returns a number twice, whatever runs concurrently or rolls back.
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
             platform_context, bundle, created_at, updated_at)
        values
            (@Id, @OrderId, @ProductId, @ProductTitle, @Quantity, @UnitPrice, @TotalPrice, @SelectedOptions::jsonb,
             @Attributes::jsonb, @PlatformContext::jsonb, @Bundle::jsonb, @CreatedAt,
             @UpdatedAt)
        """;

    private const string FindOrder = $"select {OrderColumns} from orders where id = @Id";

    private const string FindOrderByNumber = $"select {OrderColumns} from orders where order_number = @OrderNumber";

    private const string LockOrder = $"select {OrderColumns} from orders where id = @Id for update";

    private const string FindOrderByKey = $"select {OrderColumns} from orders where request_key = @RequestKey";

    private const string ListItems = $"select {ItemColumns} from order_items where order_id = any(@OrderIds) order by created_at, id";

    private const string ListOrdersByItems =
        $"""
        select {OrderColumns}
        from orders
        where id in (select order_id from order_items where id = any(@ItemIds))
        """;

    // Serialises all decisions on these orders. Always locks in id order, so that two callers cannot deadlock.
    private const string LockForStatus =
        """
        select id, order_number, user_id, status, hold_reason, held_from, total, currency, notes
        from orders
        where id = any(@OrderIds)
        order by id
        for update
        """;

    private const string SetStates =
        """
        update orders
        set status = step.status, hold_reason = step.hold_reason, held_from = step.held_from, notes = step.notes,
            updated_at = @Now
        from unnest(@Ids, @Statuses, @HoldReasons, @HeldFroms, @Notes) as step (id, status, hold_reason, held_from, notes)
        where orders.id = step.id
        """;

    private const string InsertStatusChanges =
        """
        insert into order_status_change (id, order_id, from_status, to_status, cause, reason, actor, changed_at)
        select id, order_id, from_status, to_status, cause, reason, actor, @Now
        from unnest(@Ids, @OrderIds, @Froms, @Tos, @Causes, @Reasons, @Actors)
            as change (id, order_id, from_status, to_status, cause, reason, actor)
        """;

    private const string ListStatusChanges =
        """
        select change.id, change.order_id, o.order_number, o.user_id, change.from_status as "from", change.to_status as "to",
            null as hold_reason, change.cause, change.reason, change.actor, change.changed_at
        from order_status_change change
        join orders o on o.id = change.order_id
        where change.order_id = @OrderId
        order by change.sequence
        """;

    private const string Exists = "select exists (select 1 from orders where id = @OrderId)";

    /// <summary>Stores the order under the next free number.</summary>
    public async Task<Order> InsertAsync(
        Order draft, string? requestKey, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var connection = transaction.Connection!;
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
        return order;
    }

    public Task<Order?> FindAsync(Guid orderId, CancellationToken cancellationToken) =>
        FindAsync(FindOrder, new { Id = orderId }, cancellationToken);

    public Task<Order?> FindByNumberAsync(string orderNumber, CancellationToken cancellationToken) =>
        FindAsync(FindOrderByNumber, new { OrderNumber = orderNumber }, cancellationToken);

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

    public async Task<IReadOnlyList<OrderStatusRow>> LockForStatusAsync(
        Guid[] orderIds, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        (await transaction.Connection!.QueryAsync<OrderStatusRow>(Sql.Command(
            LockForStatus, new { OrderIds = orderIds }, cancellationToken, transaction))).AsList();

    public Task SetStatesAsync(
        IReadOnlyList<(Guid OrderId, OrderState State, string? Notes)> steps,
        DateTimeOffset now,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(Sql.Command(
            SetStates,
            new
            {
                Ids = steps.Select(step => step.OrderId).ToArray(),
                Statuses = steps.Select(step => step.State.Status).ToArray(),
                HoldReasons = steps.Select(step => step.State.HoldReason).ToArray(),
                HeldFroms = steps.Select(step => step.State.HeldFrom).ToArray(),
                Notes = steps.Select(step => step.Notes).ToArray(),
                Now = now,
            },
            cancellationToken,
            transaction));

    public Task RecordChangesAsync(
        IReadOnlyList<OrderStatusChange> changes, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(Sql.Command(
            InsertStatusChanges,
            new
            {
                Ids = changes.Select(change => change.Id).ToArray(),
                OrderIds = changes.Select(change => change.OrderId).ToArray(),
                Froms = changes.Select(change => change.From).ToArray(),
                Tos = changes.Select(change => change.To).ToArray(),
                Causes = changes.Select(change => change.Cause).ToArray(),
                Reasons = changes.Select(change => change.Reason).ToArray(),
                Actors = changes.Select(change => change.Actor).ToArray(),
                Now = changes[0].ChangedAt,
            },
            cancellationToken,
            transaction));

    public async Task<IReadOnlyList<OrderStatusChange>> ListChangesAsync(Guid orderId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<OrderStatusChange>(Sql.Command(
            ListStatusChanges, new { OrderId = orderId }, cancellationToken))).AsList();
    }

    public async Task<bool> ExistsAsync(Guid orderId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<bool>(Sql.Command(Exists, new { OrderId = orderId }, cancellationToken));
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
