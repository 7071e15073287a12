using Npgsql;

namespace Smplat.Core.Orders;

/// <summary>What an operator may do to an order by hand.</summary>
public sealed class OrderDesk(NpgsqlDataSource database, OrderStatusMachine machine, OrderStatusStore store)
{
    public async Task<OrderStatusOutcome> ChangeAsync(
        Guid orderId, ChangeOrderStatus command, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var step = new StatusStep(HoldReason.Operator, "operator", command.Actor, command.Reason);
        var outcome = command.Status == ChangeOrderStatus.Resumed
            ? await machine.ReleaseAsync(orderId, step, transaction, cancellationToken)
            : await machine.MoveAsync(orderId, command.Status, step, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return outcome;
    }

    /// <returns>Null when there is no such order.</returns>
    public async Task<IReadOnlyList<OrderStatusChange>?> ListChangesAsync(Guid orderId, CancellationToken cancellationToken) =>
        await store.ListChangesAsync(orderId, cancellationToken) is { Count: > 0 } changes ? changes
        : await store.ExistsAsync(orderId, cancellationToken) ? []
        : null;
}
