using Microsoft.Extensions.Logging;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Input;
using Smplat.Core.Platform.Observability;

namespace Smplat.Core.Catalog;

/// <summary>A search made by a visitor.</summary>
public sealed record RecordSearch(string? Query, string? Category, string Sort, int ResultsCount)
{
    private const int MaxText = 1_000;

    /// <summary>Larger than any catalog, so that one made-up number does not distort the average.</summary>
    private const int MaxResults = 1_000_000;

    public static RecordSearch Read(Fields fields)
    {
        var sort = fields.Text("sort", max: MaxText);
        fields.RefuseNull("sort", "A string is expected.", "string_type");

        return new(
            fields.Text("query", max: MaxText),
            fields.Text("category", max: MaxText),
            sort ?? SearchTerms.DefaultSort,
            fields.RequiredInteger("results_count", max: MaxResults));
    }
}

/// <summary>
/// Counts searches: collected in memory and added to Postgres once a second and before every read, off the request
/// path. The memory is bounded; when it is full, a search still counts in the totals, but its terms are not kept.
/// </summary>
public sealed class SearchTelemetry(SearchStore store, DurableCounters counters, TimeProvider clock) : IDisposable
{
    public const string Searches = "smplat_catalog_search_total";
    public const string Returned = "smplat_catalog_results_returned_total";
    public const string ZeroResults = "smplat_catalog_zero_results_total";

    private const int MaxWaiting = 5_000;

    private readonly SemaphoreSlim _flushing = new(1, 1);
    private readonly Lock _gate = new();
    private Dictionary<(string Kind, string Value), long> _waiting = [];
    private Queue<SeenSearch> _recent = new();

    /// <param name="resultsCount">Zero or more.</param>
    public void Record(SearchTerms terms, int resultsCount)
    {
        counters.Increment(Searches);
        counters.Add(Returned, resultsCount);
        if (resultsCount == 0)
        {
            counters.Increment(ZeroResults);
        }

        var seen = new SeenSearch(terms.Query, terms.Category, terms.Sort, resultsCount, clock.GetUtcNow());
        lock (_gate)
        {
            Count("category", terms.Category);
            Count("sort", terms.Sort);
            if (terms.Query is { } query)
            {
                Count("query", query);
                if (resultsCount == 0)
                {
                    Count("zero_result_query", query);
                }
            }

            _recent.Enqueue(seen);
            while (_recent.Count > SearchStore.Recent)
            {
                _recent.Dequeue();
            }
        }
    }

    /// <summary>
    /// Writes the collected searches; on a failure they are kept for the next time and the exception is rethrown.
    /// </summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        await _flushing.WaitAsync(cancellationToken);
        try
        {
            Dictionary<(string Kind, string Value), long> waiting;
            Queue<SeenSearch> recent;
            lock (_gate)
            {
                (waiting, _waiting) = (_waiting, []);
                (recent, _recent) = (_recent, new Queue<SeenSearch>());
            }

            if (waiting.Count == 0)
            {
                return;
            }

            try
            {
                ValueCount[] counts = [.. waiting.Select(entry => new ValueCount(entry.Key.Kind, entry.Key.Value, entry.Value))];
                await store.AddAsync(counts, [.. recent], clock.GetUtcNow(), cancellationToken);
            }
            catch
            {
                PutBack(waiting);
                throw;
            }

            foreach (var kind in waiting.Keys.Select(key => key.Kind).Distinct())
            {
                await store.TrimAsync(kind, cancellationToken);
            }
        }
        finally
        {
            _flushing.Release();
        }
    }

    public void Dispose() => _flushing.Dispose();

    private void Count(string kind, string value)
    {
        if (_waiting.TryGetValue((kind, value), out var count))
        {
            _waiting[(kind, value)] = count + 1;
        }
        else if (_waiting.Count < MaxWaiting)
        {
            _waiting.Add((kind, value), 1);
        }
    }

    private void PutBack(Dictionary<(string Kind, string Value), long> waiting)
    {
        lock (_gate)
        {
            foreach (var (key, count) in waiting)
            {
                _waiting[key] = _waiting.GetValueOrDefault(key) + count;
            }
        }
    }
}

/// <summary>Writes collected searches every second, and once more when the app stops.</summary>
internal sealed partial class SearchFlush(
    SearchTelemetry telemetry, MigrationGate migrations, TimeProvider clock, ILogger<SearchFlush> logger)
    : WriteBehind(migrations, TimeSpan.FromSeconds(1), clock)
{
    protected override Task FlushAsync(CancellationToken cancellationToken) => telemetry.FlushAsync(cancellationToken);

    protected override void Waits(string problem) => LogNotFlushed(logger, problem);

    [LoggerMessage(5801, LogLevel.Warning, "Catalog searches are waiting for the database: {Problem}")]
    private static partial void LogNotFlushed(ILogger logger, string problem);
}

/// <summary>Normalized terms: which searches count as the same query, category and sort.</summary>
/// <param name="Query">Null when the search had no query.</param>
public sealed record SearchTerms(string? Query, string Category, string Sort)
{
    public const string DefaultSort = "featured";
    public const string AllCategories = "all";

    /// <summary>Maximum length of a value; longer ones are truncated.</summary>
    public const int MaxLength = 100;

    public static SearchTerms From(string? query, string? category, string sort)
    {
        var asked = query?.Trim().ToLowerInvariant();
        return new(
            string.IsNullOrEmpty(asked) ? null : Clean(asked),
            string.IsNullOrWhiteSpace(category) ? AllCategories : Clean(category.ToLowerInvariant()),
            string.IsNullOrWhiteSpace(sort) ? DefaultSort : Clean(sort));
    }

    private static string Clean(string text) =>
        PersonalDataPolicy.HoldsAddress(text) ? PersonalDataPolicy.Redacted : SafeText.Cut(text, MaxLength);
}
