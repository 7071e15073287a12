using System.Text.Json.Nodes;

namespace Smplat.Core.Billing;

/// <summary>The recovery part of a session's metadata: attempts and messages, the latest kept.</summary>
public static class RecoveryHistory
{
    public const string Template = "billing/session-recovery/state-change";

    private const int MaxAttempts = 25;
    private const int MaxMessages = 50;
    private const string Scheduler = "auto-recovery/v1";

    /// <summary>The status at the last attempt; null before the first.</summary>
    public static string? LastStatus(string metadata) =>
        (Parse(metadata)["recovery_attempts"] as JsonArray)?.LastOrDefault()?["status"]?.GetValue<string>();

    /// <param name="channels">By which ways somebody is told; empty when nobody is.</param>
    public static string WithAttempt(
        string metadata, int attempt, string status, IReadOnlyList<string> channels, DateTimeOffset now, DateTimeOffset nextRetryAt)
    {
        var root = Parse(metadata);
        var entry = new JsonObject
        {
            ["attempt"] = attempt,
            ["status"] = status,
            ["scheduled_at"] = Text(now),
            ["next_retry_at"] = Text(nextRetryAt),
        };
        Append(root, "recovery_attempts", entry, MaxAttempts);
        foreach (var channel in channels)
        {
            var message = new JsonObject
            {
                ["channel"] = channel,
                ["template"] = Template,
                ["queued_at"] = Text(now),
                ["attempt"] = attempt,
                ["status"] = status,
            };
            Append(root, "communication_log", message, MaxMessages);
        }

        root["automation"] = new JsonObject
        {
            ["scheduler_version"] = Scheduler,
            ["next_retry_at"] = Text(nextRetryAt),
            ["last_attempt"] = entry.DeepClone(),
        };
        return root.ToJsonString();
    }

    private static void Append(JsonObject root, string name, JsonNode entry, int limit)
    {
        if (root[name] is not JsonArray list)
        {
            root[name] = list = [];
        }

        list.Add(entry.DeepClone());
        while (list.Count > limit)
        {
            list.RemoveAt(0);
        }
    }

    private static JsonObject Parse(string metadata) => JsonNode.Parse(metadata) as JsonObject ?? [];

    private static string Text(DateTimeOffset at) =>
        at.UtcDateTime.ToString("O", System.Globalization.CultureInfo.InvariantCulture);
}
