using System.Runtime.CompilerServices;
using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Analytics;

/// <summary>Reads events for exports in pages, newest first.</summary>
public sealed class EventExportStore(NpgsqlDataSource database)
{
    private const int PageSize = 5_000;

    // Starts each page behind the last row of the one before: no page costs more than the first, and rows that arrive
    // meanwhile shift nothing.
    private const string ReadPage =
        """
        select id, created_at, offer_slug, target_slug, event_type, action, cart_total, currency, order_reference, metadata::text
        from checkout_offer_events
        where created_at >= @Since
            and created_at < @Until
            and (created_at, id) < (@BeforeAt, @BeforeId)
            and (@EventType::text is null or event_type = @EventType)
            and (@OfferSlug::text is null or offer_slug = @OfferSlug)
        order by created_at desc, id desc
        limit @Limit
        """;

    private const string Count =
        """
        select count(*)
        from checkout_offer_events
        where created_at >= @Since
            and created_at < @Until
            and (@EventType::text is null or event_type = @EventType)
            and (@OfferSlug::text is null or offer_slug = @OfferSlug)
        """;

    private static readonly Guid LargestId = new("ffffffff-ffff-ffff-ffff-ffffffffffff");

    public async Task<long> CountAsync(EventSelection selection, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<long>(Sql.Command(Count, selection, cancellationToken, timeoutSeconds: 120));
    }

    /// <summary>All rows of the selection; at any time one page of them is in memory.</summary>
    public async IAsyncEnumerable<ExportedEvent> ReadAsync(
        EventSelection selection, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (beforeAt, beforeId) = (selection.Until, LargestId);
        while (true)
        {
            var page = await ReadPageAsync(selection, beforeAt, beforeId, cancellationToken);
            foreach (var row in page)
            {
                yield return row;
            }

            if (page.Count < PageSize)
            {
                yield break;
            }

            (beforeAt, beforeId) = (page[^1].CreatedAt, page[^1].Id);
        }
    }

    private async Task<List<ExportedEvent>> ReadPageAsync(
        EventSelection selection, DateTimeOffset beforeAt, Guid beforeId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<ExportedEvent>(Sql.Command(
            ReadPage,
            new
            {
                selection.Since,
                selection.Until,
                selection.EventType,
                selection.OfferSlug,
                BeforeAt = beforeAt,
                BeforeId = beforeId,
                Limit = PageSize,
            },
            cancellationToken,
            timeoutSeconds: 120))).AsList();
    }
}
