using System.Text.Json;

namespace Smplat.Core.Trust;

/// <summary>What an editor bound to a card: a metric, how old it may be, and what the preview shows in its place.</summary>
/// <param name="FreshnessWindowMinutes">Null when none was given or it makes no sense; the metric's own window then holds.</param>
/// <param name="PreviewState"><c>fresh</c>, <c>stale</c>, <c>missing</c> or null.</param>
public sealed record MetricBinding(
    string MetricId, string? MetricSource, int? FreshnessWindowMinutes, string? PreviewState, string? ProvenanceNote)
{
    private static readonly string[] PreviewStates = ["fresh", "stale", "missing"];

    /// <summary>Metrics of this family are figures of one product, kept elsewhere.</summary>
    public bool IsDeliveryProof => MetricId.StartsWith("delivery_proof/", StringComparison.Ordinal);

    /// <summary>Null without a metric id: a card without a binding has no badge.</summary>
    public static MetricBinding? Read(JsonElement card)
    {
        if (card.Member("metric") is not { ValueKind: JsonValueKind.Object } group || group.Text("metricId") is not { Length: > 0 } id)
        {
            return null;
        }

        var preview = group.Text("previewState");
        return new(
            id,
            group.Text("metricSource"),
            Window(group),
            PreviewStates.Contains(preview) ? preview : null,
            group.Text("provenanceNote"));
    }

    /// <summary>A window that the resolver would refuse must not cost the other badges, so it counts as none.</summary>
    private static int? Window(JsonElement group) =>
        group.Integer("freshnessWindowMinutes") is { } minutes
            && minutes is >= Smplat.Core.Trust.WantedMetric.MinWindow and <= Smplat.Core.Trust.WantedMetric.MaxWindow
            ? minutes
            : null;
}
