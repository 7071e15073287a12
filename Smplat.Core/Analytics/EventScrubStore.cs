using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Analytics;

/// <summary>Takes order references off old events.</summary>
public sealed class EventScrubStore(NpgsqlDataSource database)
{
    // The mark only ever moves on, so that a run that is repeated or overtaken does no work twice.
    private const string KeepMark =
        """
        insert into offer_event_scrub (id, scrubbed_until)
        values (1, @Until)
        on conflict (id) do update
        set scrubbed_until = greatest(offer_event_scrub.scrubbed_until, excluded.scrubbed_until)
        """;

    private const string FindMark = "select scrubbed_until from offer_event_scrub";

    private const string FindOldest = "select min(created_at) from checkout_offer_events";

    private const string ClearReferences =
        """
        update checkout_offer_events
        set order_reference = null
        where created_at >= @From and created_at < @Until and order_reference is not null
        """;

    /// <summary>Where the next run starts: at the mark, or at the oldest event; null without any.</summary>
    public async Task<DateTimeOffset?> FindStartAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<DateTime?>(Sql.Command(FindMark, null, cancellationToken)) is { } mark
            ? new DateTimeOffset(mark, TimeSpan.Zero)
            : await connection.ExecuteScalarAsync<DateTime?>(Sql.Command(FindOldest, null, cancellationToken)) is { } oldest
                ? new DateTimeOffset(oldest, TimeSpan.Zero)
                : null;
    }

    /// <summary>Clears the references of a stretch of time and moves the mark behind it; returns how many there were.</summary>
    public async Task<int> ClearAsync(DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var cleared = await connection.ExecuteAsync(Sql.Command(
            ClearReferences, new { From = from, Until = until }, cancellationToken, transaction, timeoutSeconds: 120));
        await connection.ExecuteAsync(Sql.Command(KeepMark, new { Until = until }, cancellationToken, transaction));
        await transaction.CommitAsync(cancellationToken);
        return cleared;
    }
}
