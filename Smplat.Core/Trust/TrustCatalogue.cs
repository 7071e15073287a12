using Microsoft.Extensions.Options;

namespace Smplat.Core.Trust;

/// <summary>What metrics there are, for editors and for documentation.</summary>
public sealed class TrustCatalogue(TrustMetricRegistry registry, IOptionsMonitor<TrustOptions> options)
{
    public CatalogueAnswer List()
    {
        var minimums = options.CurrentValue.MinimumSamples;
        return new([.. registry.All.Select(metric => new CatalogueEntry(
            metric.Id,
            metric.Group,
            metric.Meaning,
            metric.Source,
            metric.FreshnessWindowMinutes,
            metric.Population,
            metric.Formula,
            MinimumSamples.Of(metric, minimums)))]);
    }
}

public sealed record CatalogueAnswer(IReadOnlyList<CatalogueEntry> Metrics);

public sealed record CatalogueEntry(
    string MetricId,
    MetricGroup Group,
    string Meaning,
    string Source,
    int FreshnessWindowMinutes,
    string Population,
    string Formula,
    int MinimumSample);
