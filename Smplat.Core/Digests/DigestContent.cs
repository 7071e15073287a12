using System.Globalization;
using System.Text.Json;

namespace Smplat.Core.Digests;

/// <summary>What one person's digest says: their own orders and what waits for them, and nothing of the business.</summary>
public sealed record DigestContent(IReadOnlyList<DigestOrder> Orders, IReadOnlyList<string> PendingActions)
{
    public bool IsEmpty => Orders.Count == 0 && PendingActions.Count == 0;

    /// <summary>Counts that are zero say nothing.</summary>
    public static IReadOnlyList<string> Actions(long onHold, long failedTasks, long pendingTasks) =>
    [
        .. new[]
        {
            Count(onHold, "order on hold", "orders on hold"),
            Count(failedTasks, "failed fulfillment task", "failed fulfillment tasks"),
            Count(pendingTasks, "pending fulfillment task", "pending fulfillment tasks"),
        }.OfType<string>(),
    ];

    public string ToPayload(string week) => JsonSerializer.Serialize(new
    {
        week,
        pending_actions = PendingActions,
        orders = Orders.Select(order => new
        {
            number = order.Number,
            status = order.Status,
            total = order.Total,
            currency = order.Currency,
            updated_at = order.UpdatedAt,
            lines = order.Lines,
            tasks_completed = order.TasksCompleted,
            tasks_total = order.TasksTotal,
        }),
    });

    private static string? Count(long count, string one, string many) =>
        count == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? one : many)}");
}
