using Npgsql;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Orders;

/// <param name="Status">A status, or <see cref="Resumed"/>.</param>
/// <param name="Actor">Who made the decision; kept in the order's history.</param>
public sealed record ChangeOrderStatus(string Status, string Actor, string Reason)
{
    /// <summary>
    /// Releases an order from hold to the status it had before, whoever put it on hold. It does not start work on the
    /// order: only payment or kick-off does.
    /// </summary>
    public const string Resumed = "resumed";

    private static readonly string[] Allowed = [OrderStatus.OnHold, Resumed, OrderStatus.Canceled];

    public static ChangeOrderStatus Read(Fields fields) => new(
        fields.RequiredLabel("status", Allowed),
        fields.RequiredText("actor", max: 200),
        fields.RequiredText("reason", max: 1000));
}

/// <summary>What an operator may do to an order manually.</summary>
public sealed class OrderOperations(NpgsqlDataSource database, OrderStatusMachine machine, OrderStore store)
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
