using System.Text.Json;

namespace Smplat.Core.Digests;

/// <summary>How orders at outside providers went: margins against their guardrails, and replays.</summary>
public sealed record ProviderTelemetry(
    int TotalOrders, int Pass, int Warn, int Fail, int ReplaysExecuted, int ReplaysFailed, int ReplaysScheduled)
{
    public static ProviderTelemetry Of(IEnumerable<(decimal Amount, string Payload)> orders)
    {
        var (total, pass, warn, fail, executed, failed, scheduled) = (0, 0, 0, 0, 0, 0, 0);
        foreach (var (amount, text) in orders)
        {
            var payload = JsonSerializer.Deserialize<JsonElement>(text);
            total++;
            switch (GuardrailPolicy.Judge(amount, payload))
            {
                case GuardrailVerdict.Pass: pass++; break;
                case GuardrailVerdict.Warn: warn++; break;
                case GuardrailVerdict.Fail: fail++; break;
            }

            foreach (var replay in List(payload, "replays", "replay_entries"))
            {
                var isFailed = replay.ValueKind == JsonValueKind.Object
                    && replay.TryGetProperty("status", out var status) && status.ToString() == "failed";
                (executed, failed) = isFailed ? (executed, failed + 1) : (executed + 1, failed);
            }

            scheduled += List(payload, "scheduledReplays", "scheduled_replays").Count();
        }

        return new(total, pass, warn, fail, executed, failed, scheduled);
    }

    private static IEnumerable<JsonElement> List(JsonElement payload, params string[] names) =>
        payload.ValueKind != JsonValueKind.Object ? [] : names
            .Select(name => payload.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list : default)
            .Where(list => list.ValueKind == JsonValueKind.Array)
            .Take(1)
            .SelectMany(list => list.EnumerateArray());
}
