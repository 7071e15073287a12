using System.Text.Json;

namespace Smplat.Core.Digests;

public enum GuardrailVerdict
{
    /// <summary>No guardrails, no cost or no price: there is nothing to judge.</summary>
    Idle,
    Pass,
    Warn,
    Fail,
}

/// <summary>The margin of a provider's order against its guardrails.</summary>
public static class GuardrailPolicy
{
    public static GuardrailVerdict Judge(decimal price, JsonElement payload)
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
