using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Smplat.Core.Orders;

namespace Smplat.Core.Fulfillment;

/// <summary>Reads <c>fulfillment_config.tasks</c> of a product. An entry that makes no sense is left out, the others count.</summary>
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
            // Stored as they are written: templates are filled when the task runs.
            ["execution"] = entry["execution"]?.DeepClone(),
            ["context"] = Snapshots.Of(ordered),
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
        foreach (var (name, unit) in new[] { ("schedule_offset_seconds", 1.0), ("schedule_offset_minutes", 60.0), ("schedule_offset_hours", 3600.0) })
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
