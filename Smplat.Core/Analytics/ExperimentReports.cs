namespace Smplat.Core.Analytics;

/// <summary>Reports on pricing experiments.</summary>
public sealed class ExperimentReports(ExperimentStore store, TimeProvider clock)
{
    /// <summary>Transactions are far shorter than this; younger rows wait for the next export.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(30);

    /// <summary>Newest first.</summary>
    public async Task<ExperimentPage> ListAsync(ExperimentCursor? before, int limit, CancellationToken cancellationToken)
    {
        var rows = await store.ListNewestAsync(before, limit + 1, cancellationToken);
        return rows.Count <= limit
            ? new ExperimentPage(rows, null)
            : new ExperimentPage([.. rows.Take(limit)], ExperimentCursor.Of(rows[limit - 1]).ToString());
    }

    /// <summary>Oldest first, from where the last export ended; <c>NextCursor</c> is where this one ends.</summary>
    public async Task<ExperimentPage> ListForwardAsync(ExperimentCursor? after, int limit, CancellationToken cancellationToken)
    {
        var rows = await store.ListAfterAsync(after, clock.GetUtcNow() - Settling, limit, cancellationToken);
        return new ExperimentPage(rows, rows.Count == 0 ? after?.ToString() : ExperimentCursor.Of(rows[^1]).ToString());
    }

    /// <param name="cursor">The last slug of the page before; one that is gone starts from the top.</param>
    public async Task<ConversionPage> ListConversionsAsync(string? cursor, int limit, CancellationToken cancellationToken)
    {
        var all = await store.ListConversionsAsync(cancellationToken);
        var start = 0;
        for (var index = 0; index < all.Count; index++)
        {
            if (all[index].Slug == cursor)
            {
                start = index + 1;
            }
        }

        var page = all.Skip(start).Take(limit).ToArray();
        return new ConversionPage(page, start + page.Length < all.Count ? page[^1].Slug : null, cursor);
    }
}
