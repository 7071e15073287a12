using Smplat.Core.Platform.Observability;

namespace Smplat.Core.Catalog;

/// <summary>What visitors searched for, over all instances and restarts.</summary>
/// <param name="Queries">Top ten.</param>
public sealed record SearchSnapshot(
    SearchTotals Totals,
    IReadOnlyDictionary<string, long> Categories,
    IReadOnlyDictionary<string, long> Sorts,
    IReadOnlyDictionary<string, long> Queries,
    IReadOnlyDictionary<string, long> ZeroResultQueries,
    SearchRates Metrics,
    SearchEvents Events);

public sealed record SearchTotals(long Searches, long ResultsReturned, long ZeroResults);

/// <summary>Both are 0 before the first search.</summary>
public sealed record SearchRates(double ZeroResultsRate, double AverageResultsPerSearch)
{
    public static SearchRates From(SearchTotals totals) => totals.Searches == 0
        ? new(0, 0)
        : new((double)totals.ZeroResults / totals.Searches, (double)totals.ResultsReturned / totals.Searches);
}

/// <param name="Recent">The last 25, newest first.</param>
public sealed record SearchEvents(
    string? LastQuery,
    string? LastCategory,
    string? LastSort,
    int? LastResultsCount,
    DateTimeOffset? LastSearchAt,
    IReadOnlyList<SeenSearch> Recent);

/// <summary>
/// Reads the catalog search statistics, including searches of this instance that are not written yet.
/// </summary>
public sealed class SearchInsights(SearchTelemetry telemetry, SearchStore store, DurableCounters counters)
{
    private const int Top = 10;

    /// <summary>There are only a few sorts; the limit guards against made-up ones.</summary>
    private const int MostSorts = 50;

    public async Task<SearchSnapshot> ReadAsync(CancellationToken cancellationToken)
    {
        await telemetry.FlushAsync(cancellationToken);
        var totals = await ReadTotalsAsync(cancellationToken);
        var counts = (await store.ListTopAsync(MostSorts, cancellationToken)).ToLookup(entry => entry.Kind);
        var recent = await store.ListRecentAsync(cancellationToken);
        var last = recent.Count > 0 ? recent[0] : null;
        return new SearchSnapshot(
            totals,
            Take(counts["category"], Top),
            Take(counts["sort"], MostSorts),
            Take(counts["query"], Top),
            Take(counts["zero_result_query"], Top),
            SearchRates.From(totals),
            new SearchEvents(last?.Query, last?.Category, last?.Sort, last?.ResultsCount, last?.RecordedAt, recent));
    }

    public async Task<SearchTotals> ReadTotalsAsync(CancellationToken cancellationToken)
    {
        var stored = (await counters.ReadAsync("smplat_catalog_", cancellationToken)).ToDictionary(
            counter => (counter.Name, counter.Labels), counter => (long)counter.Value);
        return new SearchTotals(
            stored.GetValueOrDefault((SearchTelemetry.Searches, "{}")),
            stored.GetValueOrDefault((SearchTelemetry.Returned, "{}")),
            stored.GetValueOrDefault((SearchTelemetry.ZeroResults, "{}")));
    }

    private static Dictionary<string, long> Take(IEnumerable<ValueCount> counts, int limit) =>
        counts.Take(limit).ToDictionary(entry => entry.Value, entry => entry.Count);
}

/// <summary>
/// Rates and most frequent terms for the metrics feed; the totals are durable counters and are exported as such.
/// </summary>
internal sealed class SearchMetrics(SearchInsights insights) : IMetricSource
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
