using Microsoft.Extensions.Logging;

namespace Smplat.Core.Orders;

/// <summary>Log events of orders, 6100 to 6199.</summary>
internal static partial class OrdersLog
{
    [LoggerMessage(6100, LogLevel.Information, "Order {OrderId} ({OrderNumber}) placed with {ItemCount} items")]
    internal static partial void Placed(ILogger logger, Guid orderId, string orderNumber, int itemCount);

    [LoggerMessage(6101, LogLevel.Information, "Order {OrderId} went from {From} to {To} by {Cause} ({Actor})")]
    internal static partial void StatusChanged(
        ILogger logger, Guid orderId, string from, string to, string cause, string actor);
}
