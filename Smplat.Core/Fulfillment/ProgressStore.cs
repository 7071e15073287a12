using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Fulfillment;

/// <summary>Reads orders together with the state of their tasks, and holds or releases their tasks.</summary>
public sealed class ProgressStore(NpgsqlDataSource database)
{
    private const string OrdersWaitingToStart =
        """
        select distinct o.id
        from order_items item
        join orders o on o.id = item.order_id
        where item.id = any(@ItemIds) and o.status in ('pending', 'processing')
        """;

    // Read-only, because most batches change no order's status. The decision is made again under the lock.
    private const string OrdersThatDiffer =
        """
        with touched as (
            select distinct order_id from order_items where id = any(@ItemIds)
        ),
        derived as (
            select item.order_id,
                case
                    when bool_or(task.status = 'failed') then 'on_hold'
                    when bool_and(task.status = 'completed') then 'completed'
                    when bool_or(task.status in ('in_progress', 'completed')) then 'active'
                    else 'processing'
                end as wanted
            from touched
            join order_items item on item.order_id = touched.order_id
            join fulfillment_tasks task on task.order_item_id = item.id
            group by item.order_id
        )
        select o.id
        from derived
        join orders o on o.id = derived.order_id
        where o.status not in ('canceled', derived.wanted)
        """;

    private const string Tasks =
        """
        select o.id as order_id, o.status as order_status, count(task.id) as total,
            count(task.id) filter (where task.status = 'completed') as completed,
            count(task.id) filter (where task.status = 'failed') as failed,
            count(task.id) filter (where task.status = 'in_progress') as in_progress,
            count(distinct item.id) as items
        from orders o
        left join order_items item on item.order_id = o.id
        left join fulfillment_tasks task on task.order_item_id = item.id
        where o.id = any(@OrderIds)
        group by o.id
        order by o.id
        """;

    // Serialises roll-ups of an order. Always locks in id order, so that two callers cannot deadlock.
    private const string LockOrders = "select id from orders where id = any(@OrderIds) order by id for update";

    private const string SetHeld =
        """
        update fulfillment_tasks
        set held = change.held, updated_at = @Now
        from order_items item
        join unnest(@OrderIds, @Held) as change (order_id, held) on change.order_id = item.order_id
        where fulfillment_tasks.order_item_id = item.id
            and fulfillment_tasks.status in ('pending', 'in_progress')
            and fulfillment_tasks.held <> change.held
        """;

    // The partial index of dead letters answers it.
    private const string CountDeadLetters = "select count(*) from fulfillment_tasks where status = 'failed'";

    /// <summary>Dead letters that nobody has dealt with yet.</summary>
    public async Task<long> CountOpenDeadLettersAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<long>(Sql.Command(CountDeadLetters, null, cancellationToken));
    }

    public async Task<Guid[]> ListWaitingToStartAsync(Guid[] itemIds, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<Guid>(Sql.Command(
            OrdersWaitingToStart, new { ItemIds = itemIds }, cancellationToken))];
    }

    public async Task<Guid[]> ListDifferingAsync(Guid[] itemIds, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<Guid>(Sql.Command(
            OrdersThatDiffer, new { ItemIds = itemIds }, cancellationToken))];
    }

    public async Task<OrderTasks?> FindAsync(Guid orderId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<OrderTasks>(Sql.Command(
            Tasks, new { OrderIds = new[] { orderId } }, cancellationToken));
    }

    /// <summary>Orders with their tasks. The orders' rows are locked until the transaction ends.</summary>
    public async Task<IReadOnlyList<OrderTasks>> LockAsync(
        Guid[] orderIds, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var connection = transaction.Connection!;
        var parameters = new { OrderIds = orderIds };
        await connection.ExecuteAsync(Sql.Command(LockOrders, parameters, cancellationToken, transaction));
        return (await connection.QueryAsync<OrderTasks>(Sql.Command(Tasks, parameters, cancellationToken, transaction))).AsList();
    }

    /// <summary>Excludes the tasks of these orders from claims, or includes them again.</summary>
    public Task SetHeldAsync(
        IReadOnlyList<(Guid OrderId, bool Held)> orders,
        DateTimeOffset now,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(Sql.Command(
            SetHeld,
            new
            {
                OrderIds = orders.Select(order => order.OrderId).ToArray(),
                Held = orders.Select(order => order.Held).ToArray(),
                Now = now,
            },
            cancellationToken,
            transaction));
}
