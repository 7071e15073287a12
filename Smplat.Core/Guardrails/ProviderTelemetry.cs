using System.Text.Json;

namespace Smplat.Core.Guardrails;

/// <summary>Orders at external providers: margins compared with their guardrails, replays, and rules that overrode the service.</summary>
/// <param name="GuardrailHitsByService">By service id; services without guardrails are left out.</param>
/// <param name="RuleOverridesByService">By service id; services without rules are left out.</param>
public sealed record ProviderTelemetry(
    int TotalOrders,
    ReplayCounts Replays,
    GuardrailCounts Guardrails,
    IReadOnlyDictionary<string, GuardrailCounts> GuardrailHitsByService,
    IReadOnlyDictionary<string, RuleOverrides> RuleOverridesByService)
{
    public static ProviderTelemetry From(IEnumerable<(decimal Amount, string ServiceId, string Payload)> orders)
    {
        var total = 0;
        var (executed, failed, scheduled) = (0, 0, 0);
        var hits = new SortedDictionary<string, GuardrailCounts>(StringComparer.Ordinal);
        var overrides = new SortedDictionary<string, RuleOverrides>(StringComparer.Ordinal);
        foreach (var (amount, service, text) in orders)
        {
            var payload = JsonSerializer.Deserialize<JsonElement>(text);
            total++;
            if (GuardrailPolicy.Evaluate(amount, payload) is not GuardrailVerdict.Idle and var verdict)
            {
                hits[service] = (hits.GetValueOrDefault(service) ?? GuardrailCounts.None).Add(verdict);
            }

            foreach (var rule in List(payload, "serviceRules"))
            {
                overrides[service] = (overrides.GetValueOrDefault(service) ?? RuleOverrides.None).Add(rule);
            }

            foreach (var replay in List(payload, "replays", "replay_entries"))
            {
                var isFailed = replay.ValueKind == JsonValueKind.Object
                    && replay.TryGetProperty("status", out var status) && status.ToString() == "failed";
                (executed, failed) = isFailed ? (executed, failed + 1) : (executed + 1, failed);
            }

            scheduled += List(payload, "scheduledReplays", "scheduled_replays").Count();
        }

        return new(
            total,
            new(executed + failed, executed, failed, scheduled),
            hits.Values.Aggregate(GuardrailCounts.None, (sum, next) => sum.Add(next)),
            hits,
            overrides);
    }

    private static IEnumerable<JsonElement> List(JsonElement payload, params string[] names) =>
        payload.ValueKind != JsonValueKind.Object ? [] : names
            .Select(name => payload.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list : default)
            .Where(list => list.ValueKind == JsonValueKind.Array)
            .Take(1)
            .SelectMany(list => list.EnumerateArray());
}

/// <param name="Total">Replays that ran.</param>
/// <param name="Scheduled">Replays that have yet to run.</param>
public sealed record ReplayCounts(int Total, int Executed, int Failed, int Scheduled);

/// <param name="Evaluated">Orders with guardrails, a cost and a price.</param>
public sealed record GuardrailCounts(int Evaluated, int Pass, int Warn, int Fail)
{
    internal static GuardrailCounts None { get; } = new(0, 0, 0, 0);

    internal GuardrailCounts Add(GuardrailVerdict verdict) => Add(new GuardrailCounts(
        1, verdict == GuardrailVerdict.Pass ? 1 : 0, verdict == GuardrailVerdict.Warn ? 1 : 0, verdict == GuardrailVerdict.Fail ? 1 : 0));

    internal GuardrailCounts Add(GuardrailCounts other) =>
        new(Evaluated + other.Evaluated, Pass + other.Pass, Warn + other.Warn, Fail + other.Fail);
}

/// <param name="Rules">By rule id.</param>
public sealed record RuleOverrides(int TotalOverrides, IReadOnlyDictionary<string, RuleOverride> Rules)
{
    internal static RuleOverrides None { get; } = new(0, new Dictionary<string, RuleOverride>());

    /// <param name="rule">An object with <c>id</c> and perhaps <c>label</c>; anything else counts in the total only.</param>
    internal RuleOverrides Add(JsonElement rule)
    {
        var rules = new SortedDictionary<string, RuleOverride>(Rules.ToDictionary(), StringComparer.Ordinal);
        if (rule.ValueKind == JsonValueKind.Object && rule.TryGetProperty("id", out var id) && id.ToString() is { Length: > 0 } name)
        {
            var label = rule.TryGetProperty("label", out var given) && given.ValueKind == JsonValueKind.String ? given.GetString() : null;
            rules[name] = rules.TryGetValue(name, out var known)
                ? known with { Count = known.Count + 1, Label = known.Label ?? label }
                : new(name, label, 1);
        }

        return new(TotalOverrides + 1, rules);
    }
}

public sealed record RuleOverride(string Id, string? Label, int Count);

internal enum GuardrailVerdict
{
    /// <summary>Cannot be evaluated: guardrails, cost or price are missing.</summary>
    Idle,
    Pass,
    Warn,
    Fail,
}

/// <summary>Compares the margin of a provider's order with its guardrails.</summary>
internal static class GuardrailPolicy
{
    public static GuardrailVerdict Evaluate(decimal price, JsonElement payload)
    {
        if (price <= 0 || Guardrails(payload) is not { } rules || Number(payload, "providerCostAmount", "provider_cost_amount") is not { } cost)
        {
            return GuardrailVerdict.Idle;
        }

        var margin = price - cost;
        var percent = margin / price * 100;
        if (margin < Number(rules, "minimumMarginAbsolute", "minimum_margin_absolute")
            || percent < Number(rules, "minimumMarginPercent", "minimum_margin_percent"))
        {
            return GuardrailVerdict.Fail;
        }

        return percent < Number(rules, "warningMarginPercent", "warning_margin_percent")
            ? GuardrailVerdict.Warn
            : GuardrailVerdict.Pass;
    }

    private static JsonElement? Guardrails(JsonElement payload) =>
        Member(payload, "guardrails") ?? Member(Member(Member(payload, "service"), "metadata"), "guardrails");

    private static JsonElement? Member(JsonElement? element, string name) =>
        element is { ValueKind: JsonValueKind.Object } found
            && found.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object
                ? value
                : null;

    private static decimal? Number(JsonElement element, params string[] names) => names
        .Select(name => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value)
            && value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number) ? number : (decimal?)null)
        .FirstOrDefault(number => number is not null);
}
