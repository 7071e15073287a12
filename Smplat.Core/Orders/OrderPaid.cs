using System.Text.Json;
using Smplat.Core.Platform.Outbox;

namespace Smplat.Core.Orders;

/// <summary>The internal message that an order's payment has come, so that work on it may begin.</summary>
public static class OrderPaid
{
    public const string Kind = "order_paid";

    /// <param name="key">What makes this message one of a kind, such as the payment.</param>
    public static OutboxMessage Message(Guid orderId, string key, DateTimeOffset now) => new(
        Kind,
        OutboxChannel.Internal,
        null,
        null,
        $"{Kind}:{orderId}:{key}",
        JsonSerializer.Serialize(new { order_id = orderId }),
        now);

    public static Guid OrderIdOf(JsonElement payload) => payload.GetProperty("order_id").GetGuid();
}
