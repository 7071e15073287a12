using System.Collections.Frozen;

namespace Smplat.Core.Trust;

/// <summary>All metrics by id, fixed at start. The cache has one place for each of them and no others.</summary>
public sealed class TrustMetricRegistry(IEnumerable<TrustMetric> metrics)
{
    private readonly FrozenDictionary<string, TrustMetric> _byId = metrics.ToFrozenDictionary(metric => metric.Id);

    /// <summary>In the order of their ids.</summary>
    public IReadOnlyList<TrustMetric> All { get; } = [.. metrics.OrderBy(metric => metric.Id, StringComparer.Ordinal)];

    public TrustMetric? Find(string metricId) => _byId.GetValueOrDefault(metricId);
}
