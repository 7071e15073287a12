using Npgsql;

namespace Smplat.Core.Orders;

/// <summary>A feature that must act in the very transaction in which orders change their status.</summary>
public interface IOrderStatusListener
{
    /// <summary>Database work only, a few statements for all changes together: the transaction holds the orders' rows.</summary>
    Task OnChangedAsync(
        IReadOnlyList<OrderStatusChange> changes, NpgsqlTransaction transaction, CancellationToken cancellationToken);
}
