namespace Smplat.Core.Fulfillment;

/// <summary>How far an order has come.</summary>
public sealed class OrderProgress(ProgressStore store)
{
    /// <returns>Null when there is no such order.</returns>
    public async Task<OrderProgressReport?> FindAsync(Guid orderId, CancellationToken cancellationToken) =>
        await store.FindAsync(orderId, cancellationToken) is { } order
            ? new(
                order.OrderId,
                order.OrderStatus,
                order.Total,
                order.Completed,
                order.Failed,
                order.InProgress,
                Percentage(order.Completed, order.Total),
                order.Items)
            : null;

    private static decimal Percentage(long completed, long total) =>
        total == 0 ? 0 : Math.Round(completed * 100m / total, 2, MidpointRounding.ToEven);
}

/// <param name="ProgressPercentage">Completed tasks of all, two decimals; 0 without tasks.</param>
public sealed record OrderProgressReport(
    Guid OrderId,
    string OrderStatus,
    long TotalTasks,
    long CompletedTasks,
    long FailedTasks,
    long InProgressTasks,
    decimal ProgressPercentage,
    long ItemsCount);
