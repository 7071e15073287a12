using Smplat.Core.Platform.Input;

namespace Smplat.Core.Trust;

/// <summary>An operator wants values computed anew.</summary>
/// <param name="MetricId">One metric, or null for all of them.</param>
public sealed record PurgeTrust(string? MetricId)
{
    public static PurgeTrust Read(Fields fields) => new(fields.Text("metric_id", min: 0, max: ResolveTrust.MaxMetricId));
}

public sealed record PurgedTrust(IReadOnlyList<string> PurgedMetricIds);
