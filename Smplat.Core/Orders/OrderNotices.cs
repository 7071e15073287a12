using System.Text.Json;
using Smplat.Core.Platform.Outbox;

namespace Smplat.Core.Orders;

/// <summary>What customers are told about their orders.</summary>
internal static class OrderNotices
{
    internal static OutboxMessage StatusUpdate(OrderStatusChange change, OrderStatusRow order, StatusStep step) => new(
        "order_status_update",
        OutboxChannel.Email,
        null,
        order.UserId,
        $"order_status_update:{change.Id}",
        JsonSerializer.Serialize(new
        {
            order_id = order.Id,
            order_number = order.OrderNumber,
            previous_status = change.From,
            current_status = change.To,
            trigger = change.Cause,
            total = order.Total,
            currency = order.Currency,
            notes = step.Note,
        }),
        change.ChangedAt);
}
