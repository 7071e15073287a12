using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Orders;

/// <summary>Statuses of <c>orders</c> and their history; every statement takes many orders at once.</summary>
public sealed class OrderStatusStore(NpgsqlDataSource database)
{
    // Serialises everyone who decides on these orders; always in one order of ids, so that no two wait for each other.
    private const string LockOrders =
        """
        select id, order_number, user_id, status, hold_reason, held_from, total, currency, notes
        from orders
        where id = any(@OrderIds)
        order by id
        for update
        """;

    private const string SetStandings =
        """
        update orders
        set status = step.status, hold_reason = step.hold_reason, held_from = step.held_from, notes = step.notes,
            updated_at = @Now
        from unnest(@Ids, @Statuses, @HoldReasons, @HeldFroms, @Notes) as step (id, status, hold_reason, held_from, notes)
        where orders.id = step.id
        """;

    private const string InsertChanges =
        """
        insert into order_status_change (id, order_id, from_status, to_status, cause, reason, actor, changed_at)
        select id, order_id, from_status, to_status, cause, reason, actor, @Now
        from unnest(@Ids, @OrderIds, @Froms, @Tos, @Causes, @Reasons, @Actors)
            as change (id, order_id, from_status, to_status, cause, reason, actor)
        """;

    private const string ListChanges =
        """
        select change.id, change.order_id, o.order_number, o.user_id, change.from_status as "from", change.to_status as "to",
            null as hold_reason, change.cause, change.reason, change.actor, change.changed_at
        from order_status_change change
        join orders o on o.id = change.order_id
        where change.order_id = @OrderId
        order by change.sequence
        """;

    private const string Exists = "select exists (select 1 from orders where id = @OrderId)";

    public async Task<IReadOnlyList<OrderStatusRow>> LockAsync(
        Guid[] orderIds, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        (await transaction.Connection!.QueryAsync<OrderStatusRow>(Sql.Command(
            LockOrders, new { OrderIds = orderIds }, cancellationToken, transaction))).AsList();

    public Task SetAsync(
        IReadOnlyList<(Guid OrderId, OrderStanding Standing, string? Notes)> steps,
        DateTimeOffset now,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(Sql.Command(
            SetStandings,
            new
            {
                Ids = steps.Select(step => step.OrderId).ToArray(),
                Statuses = steps.Select(step => step.Standing.Status).ToArray(),
                HoldReasons = steps.Select(step => step.Standing.HoldReason).ToArray(),
                HeldFroms = steps.Select(step => step.Standing.HeldFrom).ToArray(),
                Notes = steps.Select(step => step.Notes).ToArray(),
                Now = now,
            },
            cancellationToken,
            transaction));

    public Task RecordAsync(
        IReadOnlyList<OrderStatusChange> changes, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(Sql.Command(
            InsertChanges,
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
            ListChanges, new { OrderId = orderId }, cancellationToken))).AsList();
    }

    public async Task<bool> ExistsAsync(Guid orderId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<bool>(Sql.Command(Exists, new { OrderId = orderId }, cancellationToken));
    }
}
