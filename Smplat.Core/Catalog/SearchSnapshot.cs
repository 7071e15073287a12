namespace Smplat.Core.Catalog;

/// <summary>What people searched for, over all instances and restarts.</summary>
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
    public static SearchRates Of(SearchTotals totals) => totals.Searches == 0
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
