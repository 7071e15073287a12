using Smplat.Core.Platform.Observability;

namespace Smplat.Core.Catalog;

/// <summary>Rates and most frequent words for the feed; the totals are durable counters and show by themselves.</summary>
public sealed class SearchMetrics(SearchInsights insights) : IMetricSource
{
    public IReadOnlyList<MetricFamily> Families => [];

    public async Task<IReadOnlyList<MetricSample>> ReadAsync(CancellationToken cancellationToken)
    {
        var snapshot = await insights.ReadAsync(cancellationToken);
        return
        [
            MetricSample.Of("smplat_catalog_zero_results_rate", snapshot.Metrics.ZeroResultsRate),
            MetricSample.Of("smplat_catalog_average_results_per_search", snapshot.Metrics.AverageResultsPerSearch),
            .. Of("smplat_catalog_search_category_total", "category", snapshot.Categories),
            .. Of("smplat_catalog_search_sort_total", "sort", snapshot.Sorts),
            .. Of("smplat_catalog_search_query_total", "query", snapshot.Queries),
            .. Of("smplat_catalog_zero_result_query_total", "query", snapshot.ZeroResultQueries),
        ];
    }

    private static IEnumerable<MetricSample> Of(string family, string label, IReadOnlyDictionary<string, long> counts) =>
        counts.Select(entry => MetricSample.Of(family, entry.Value, (label, entry.Key)));
}
