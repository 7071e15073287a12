using System.Text.Json;

namespace Smplat.Core.Platform.Outbox;

/// <summary>The pricing experiment that an order item was sold under.</summary>
public static class ExperimentLines
{
    private static readonly string[] Members =
        ["pricingExperiment", "pricing_experiment", "pricingExperiments", "pricing_experiments"];

    public static IEnumerable<string> Of(JsonElement attributes)
    {
        if (attributes.ValueKind != JsonValueKind.Object)
        {
            return [];
        }

        return Members
            .Select(name => attributes.TryGetProperty(name, out var value) ? value : default)
            .SelectMany(value => value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().ToArray() : [value])
            .Select(Line)
            .OfType<string>();
    }

    private static string? Line(JsonElement experiment)
    {
        if (experiment.ValueKind != JsonValueKind.Object || Text(experiment, "slug") is not { } slug)
        {
            return null;
        }

        var variant = Text(experiment, "variantName", "variant_name", "variantKey", "variant_key");
        return variant is null ? slug : $"{slug}, variant {variant}";
    }

    private static string? Text(JsonElement element, params string[] names) => names
        .Select(name => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null)
        .FirstOrDefault(text => !string.IsNullOrWhiteSpace(text));
}
