using Smplat.Core.Platform.Observability;

namespace Smplat.Core.Catalog;

/// <summary>Reads the figures of catalogue search, this instance's latest searches included.</summary>
public sealed class SearchInsights(SearchTelemetry telemetry, SearchStore store, DurableCounters counters)
{
    private const int Top = 10;

    /// <summary>Sorts are few by nature; the limit only guards against inventions.</summary>
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
            SearchRates.Of(totals),
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
