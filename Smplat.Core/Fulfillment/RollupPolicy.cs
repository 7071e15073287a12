using Smplat.Core.Orders;

namespace Smplat.Core.Fulfillment;

/// <summary>What an order's tasks say about the order.</summary>
public static class RollupPolicy
{
    /// <returns>The status that the order should have; its own when the tasks have nothing to say.</returns>
    public static string StatusOf(string orderStatus, TaskCounts tasks) =>
        orderStatus == OrderStatus.Canceled || tasks.Total == 0 ? orderStatus
        : tasks.Failed > 0 ? OrderStatus.OnHold
        : tasks.Completed == tasks.Total ? OrderStatus.Completed
        : tasks.InProgress + tasks.Completed > 0 ? OrderStatus.Active
        : OrderStatus.Processing;
}
