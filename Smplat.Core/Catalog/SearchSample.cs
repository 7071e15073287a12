using Smplat.Core.Platform.Database;

namespace Smplat.Core.Catalog;

/// <summary>Searches for a local run, some of them without results.</summary>
internal sealed class SearchSample(SearchTelemetry telemetry, SearchStore store) : ISampleData
{
    private static readonly (string Query, string Category, string Sort, int Results, int Times)[] Searches =
    [
        ("story boost", "instagram", "featured", 4, 9),
        ("reels", "instagram", "price-asc", 7, 6),
        ("growth", "all", "featured", 11, 5),
        ("shorts", "youtube", "title-asc", 2, 3),
        ("podcast", "all", "featured", 0, 2),
    ];

    public async Task<bool> LoadAsync(CancellationToken cancellationToken)
    {
        if ((await store.ListRecentAsync(cancellationToken)).Count > 0)
        {
            return false;
        }

        foreach (var (query, category, sort, results, times) in Searches)
        {
            for (var index = 0; index < times; index++)
            {
                telemetry.Record(SearchTerms.From(query, category, sort), results);
            }
        }

        await telemetry.FlushAsync(cancellationToken);
        return true;
    }

    public async Task DropAsync(DateTimeOffset loadedAt, CancellationToken cancellationToken)
    {
        foreach (var (query, category, sort, results, times) in Searches)
        {
            await store.ForgetSampleAsync(SearchTerms.From(query, category, sort), results, times, cancellationToken);
        }
    }
}
