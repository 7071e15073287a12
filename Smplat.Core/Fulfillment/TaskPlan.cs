using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Smplat.Core.Orders;

namespace Smplat.Core.Fulfillment;

/// <summary>A task to be created for an order item.</summary>
public sealed record PlannedTask
{
    public required Guid Id { get; init; }

    public required Guid OrderItemId { get; init; }

    /// <summary>Position in the item's plan; creating the tasks twice is harmless because of it.</summary>
    public required int Ordinal { get; init; }

    public required string TaskType { get; init; }

    public required string Title { get; init; }

    public string? Description { get; init; }

    /// <summary>JSON object.</summary>
    public required string Payload { get; init; }

    public int MaxRetries { get; init; } = 3;

    public required DateTimeOffset ScheduledAt { get; init; }

    public required DateTimeOffset DueAt { get; init; }

    public string? Traceparent { get; init; }
}

/// <summary>A plan, and the entries of the product's own plan that could not be used.</summary>
internal sealed record TaskPlanResult(IReadOnlyList<PlannedTask> Tasks, IReadOnlyList<SkippedEntry> Skipped);

/// <summary>An entry of a product's plan that was skipped.</summary>
internal sealed record SkippedEntry(int Index, string Why);

/// <summary>
/// The tasks for an ordered item: those of the product's own plan, else the standard ones of its category.
/// </summary>
internal static class TaskPlan
{
    internal const int DefaultRetries = 3;

    /// <param name="due">How long after its earliest start a task is due.</param>
    /// <returns>The tasks, and why entries of the product's own plan were skipped.</returns>
    public static TaskPlanResult From(OrderedItem ordered, DateTimeOffset now, TimeSpan due)
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
        string type,
        string title,
        DateTimeOffset scheduledAt,
        JsonObject payload,
        string? description = null,
        int maxRetries = DefaultRetries) => new()
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
        ["context"] = Snapshots.From(ordered),
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

/// <summary>Reads <c>fulfillment_config.tasks</c> of a product. Invalid entries are skipped, the others are used.</summary>
internal static class ConfiguredTasks
{
    private const double MaxOffsetSeconds = 10.0 * 365 * 24 * 3600;
    private const int MaxRetries = 1000;

    internal static IReadOnlyList<PlannedTask> Read(
        JsonObject config, OrderedItem ordered, DateTimeOffset now, List<SkippedEntry> skipped)
    {
        if (config["tasks"] is not JsonArray entries)
        {
            return [];
        }

        var tasks = new List<PlannedTask>();
        for (var index = 0; index < entries.Count; index++)
        {
            if (entries[index] is not JsonObject entry)
            {
                skipped.Add(new(index, "it is not an object"));
            }
            else if (Text(entry["type"])?.ToLowerInvariant() is not { } type || !FulfillmentTaskType.All.Contains(type))
            {
                skipped.Add(new(index, "its type is unknown"));
            }
            else
            {
                tasks.Add(Read(entry, type, ordered, now));
            }
        }

        return tasks;
    }

    private static PlannedTask Read(JsonObject entry, string type, OrderedItem ordered, DateTimeOffset now)
    {
        var payload = new JsonObject
        {
            // Stored as written: templates are filled when the task runs.
            ["execution"] = entry["execution"]?.DeepClone(),
            ["context"] = Snapshots.From(ordered),
            ["metadata"] = entry["metadata"]?.DeepClone(),
            ["raw_payload"] = entry["payload"]?.DeepClone(),
        };
        return TaskPlan.Draft(
            type,
            Text(entry["title"]) ?? $"{ordered.Item.ProductTitle} {type.Replace('_', ' ')}",
            Schedule(entry, now),
            payload,
            Text(entry["description"]),
            Retries(entry["max_retries"]));
    }

    private static DateTimeOffset Schedule(JsonObject entry, DateTimeOffset now)
    {
        (string Name, double Unit)[] offsets =
            [("schedule_offset_seconds", 1), ("schedule_offset_minutes", 60), ("schedule_offset_hours", 3600)];
        foreach (var (name, unit) in offsets)
        {
            if (Number(entry[name]) is { } offset)
            {
                return now.AddSeconds(Math.Clamp(offset * unit, -MaxOffsetSeconds, MaxOffsetSeconds));
            }
        }

        return Text(entry["scheduled_at"]) is { } text && DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at)
            ? at
            : now;
    }

    private static int Retries(JsonNode? node) =>
        Number(node) is { } number and >= 0 ? (int)Math.Min(number, MaxRetries) : TaskPlan.DefaultRetries;

    private static string? Text(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<string>(out var text) && !string.IsNullOrWhiteSpace(text) ? text : null;

    private static double? Number(JsonNode? node) =>
        node is JsonValue value && value.GetValueKind() == JsonValueKind.Number && value.TryGetValue<double>(out var number)
            && double.IsFinite(number)
            ? number
            : null;
}
