using System.Text.Json.Nodes;
using Smplat.Core.Orders;

namespace Smplat.Core.Fulfillment;

/// <summary>Which tasks an ordered item becomes.</summary>
public static class TaskPlan
{
    internal const int DefaultRetries = 3;

    /// <param name="due">How long after its earliest start a task is due.</param>
    /// <returns>The tasks, and why entries of the product's own plan were left out.</returns>
    public static TaskPlanResult Of(OrderedItem ordered, DateTimeOffset now, TimeSpan due)
    {
        if (ordered.Product is null)
        {
            return new([], []);
        }

        var skipped = new List<SkippedEntry>();
        var config = ordered.Product.FulfillmentConfig is { } text ? OrderItem.Parse(text) as JsonObject : null;
        var drafts = config is { Count: > 0 } ? ConfiguredTasks.Read(config, ordered, now, skipped)
            : IsInstagram(ordered) ? Instagram(ordered, now)
            : [];
        if (drafts.Count == 0)
        {
            drafts = Generic(ordered, now);
        }

        return new(
            [.. drafts.Select((draft, ordinal) => draft with
            {
                Id = Guid.CreateVersion7(now),
                OrderItemId = ordered.Item.Id,
                Ordinal = ordinal,
                DueAt = draft.ScheduledAt + due,
            })],
            skipped);
    }

    internal static PlannedTask Draft(
        string type, string title, DateTimeOffset scheduledAt, JsonObject payload, string? description = null, int maxRetries = DefaultRetries) => new()
        {
            Id = Guid.Empty,
            OrderItemId = Guid.Empty,
            Ordinal = 0,
            TaskType = type,
            Title = title,
            Description = description,
            Payload = payload.ToJsonString(),
            MaxRetries = maxRetries,
            ScheduledAt = scheduledAt,
            DueAt = scheduledAt,
        };

    private static bool IsInstagram(OrderedItem ordered) =>
        ordered.Product!.Category.Equals("instagram", StringComparison.OrdinalIgnoreCase);

    private static IReadOnlyList<PlannedTask> Instagram(OrderedItem ordered, DateTimeOffset now) =>
    [
        Draft(FulfillmentTaskType.InstagramSetup, $"Set up {ordered.Item.ProductTitle}", now.AddHours(1), Standard(ordered)),
        Draft(FulfillmentTaskType.AnalyticsCollection, $"Collect figures for {ordered.Item.ProductTitle}", now.AddHours(2), Standard(ordered)),
        Draft(FulfillmentTaskType.FollowerGrowth, $"Grow followers for {ordered.Item.ProductTitle}", now.AddHours(24), Growth(ordered)),
        Draft(FulfillmentTaskType.EngagementBoost, $"Boost engagement for {ordered.Item.ProductTitle}", now.AddHours(48), Standard(ordered)),
    ];

    private static IReadOnlyList<PlannedTask> Generic(OrderedItem ordered, DateTimeOffset now) =>
        [Draft(FulfillmentTaskType.ContentPromotion, $"Promote {ordered.Item.ProductTitle}", now.AddHours(24), Standard(ordered))];

    private static JsonObject Standard(OrderedItem ordered) => new()
    {
        ["context"] = Snapshots.Of(ordered),
        ["platform"] = OrderItem.Parse(ordered.Item.PlatformContext),
    };

    private static JsonObject Growth(OrderedItem ordered)
    {
        var (followers, engagement, daily) = ordered.Item.UnitPrice switch
        {
            >= 500 => (2000, 8.0m, 65),
            >= 300 => (1000, 6.0m, 35),
            _ => (500, 4.0m, 20),
        };
        var payload = Standard(ordered);
        payload["targets"] = new JsonObject
        {
            ["followers"] = followers,
            ["engagement_rate"] = engagement,
            ["daily_growth"] = daily,
            ["duration_days"] = 30,
        };
        return payload;
    }
}
