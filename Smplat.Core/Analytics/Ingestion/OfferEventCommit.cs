using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Smplat.Core.Database;
using Smplat.Core.Database.Partitions;
using Smplat.Core.Input;

namespace Smplat.Core.Analytics.Ingestion;

/// <summary>
/// Stores a group and says what became of each event. An event that the database refuses is found by halving the group,
/// so its neighbours are stored; a passing outage is waited out while somebody still waits for the answer.
/// </summary>
public sealed class OfferEventCommit(
    OfferEventStore store,
    PartitionStore partitions,
    IOptionsMonitor<IngestionOptions> options,
    TimeProvider clock,
    ILogger<OfferEventCommit> logger)
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(100);

    private MonthPartition _readyMonth;

    /// <summary>Stores the events of all writes and fills in their verdicts; throws on an outage that outlasts them.</summary>
    public async Task StoreAsync(IReadOnlyList<OfferEventWrite> writes, CancellationToken cancellationToken)
    {
        var group = new OfferEventGroup(writes);
        var verdicts = new EventVerdict[group.Events.Length];
        var deadline = writes.Max(write => write.Deadline);
        var createdAt = clock.GetStoredNow();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await StoreAsync(group.Events, verdicts, createdAt, attempt > 1, cancellationToken);
                group.Deliver(verdicts);
                return;
            }
            catch (Exception exception) when (
                Transient.IsOutage(exception) && !cancellationToken.IsCancellationRequested && clock.GetUtcNow() < deadline)
            {
                AnalyticsLog.CommitRepeated(logger, group.Events.Length, attempt, exception.GetType().Name);
                await Task.Delay(RetryDelay, clock, cancellationToken);
            }
        }
    }

    private async Task StoreAsync(
        ArraySegment<OfferEvent> events,
        Memory<EventVerdict> verdicts,
        DateTimeOffset createdAt,
        bool isRepeated,
        CancellationToken cancellationToken)
    {
        await EnsureMonthAsync(createdAt, cancellationToken);
        try
        {
            var known = events.Count < options.CurrentValue.MinCopyEvents
                ? await store.InsertAsync(events, createdAt, cancellationToken)
                : await store.CopyAsync(events, createdAt, cancellationToken);
            Judge(events, verdicts.Span, known, createdAt, isRepeated);
        }
        catch (PostgresException exception) when (RefusedData.IsCauseOf(exception))
        {
            if (events.Count == 1)
            {
                AnalyticsLog.EventRefusedByDatabase(logger, events[0].Id, exception.SqlState);
                verdicts.Span[0] = EventVerdict.Rejected(
                    events[0].Id, [new FieldError(["body"], "The database refuses this event.", $"storage_{exception.SqlState}")]);
                return;
            }

            var half = events.Count / 2;
            await StoreAsync(events[..half], verdicts[..half], createdAt, isRepeated, cancellationToken);
            await StoreAsync(events[half..], verdicts[half..], createdAt, isRepeated, cancellationToken);
        }
    }

    /// <param name="isRepeated">
    /// The attempt before may have been committed although its answer was lost: keys of its own time are then its own.
    /// </param>
    private static void Judge(
        ArraySegment<OfferEvent> events,
        Span<EventVerdict> verdicts,
        IReadOnlyDictionary<Guid, DateTimeOffset> known,
        DateTimeOffset createdAt,
        bool isRepeated)
    {
        for (var index = 0; index < events.Count; index++)
        {
            verdicts[index] = known.Count > 0 && known.TryGetValue(events[index].Id, out var since)
                && !(isRepeated && since == createdAt)
                ? EventVerdict.Duplicate(events[index], since)
                : EventVerdict.Accepted(events[index], createdAt);
        }
    }

    private async Task EnsureMonthAsync(DateTimeOffset createdAt, CancellationToken cancellationToken)
    {
        var month = MonthPartition.Of("checkout_offer_events", createdAt);
        if (month != _readyMonth)
        {
            await partitions.CreateAsync(month, cancellationToken);
            _readyMonth = month;
        }
    }
}
