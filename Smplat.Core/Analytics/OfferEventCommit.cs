using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Analytics;

/// <summary>
/// Stores a group and says what became of each event. An event that the database refuses costs only itself; a passing
/// outage is waited out while somebody still waits for the answer.
/// </summary>
public sealed class OfferEventCommit(
    OfferEventStore store,
    PartitionStore partitions,
    IOptionsMonitor<IngestionOptions> options,
    TimeProvider clock,
    ILogger<OfferEventCommit> logger)
{
    private MonthPartition _readyMonth;

    /// <summary>Stores the events of all writes and fills in their verdicts; throws on an outage that outlasts them.</summary>
    public async Task StoreAsync(IReadOnlyList<OfferEventWrite> writes, CancellationToken cancellationToken)
    {
        var group = new OfferEventGroup(writes);
        var verdicts = new EventVerdict[group.Events.Length];
        var deadline = writes.Max(write => write.Deadline);
        var createdAt = clock.GetStoredNow();
        var repeated = 0;
        var commit = new SplitCommit<OfferEvent>(
            (events, attempt) => StoreAsync(events, verdicts, createdAt, attempt > 1, cancellationToken),
            (events, problem) =>
            {
                if (problem is not null && DatabaseErrors.IsBadData(problem))
                {
                    verdicts[events.Offset] = Refuse(events[0], problem);
                }
            },
            (events, _, problem) =>
            {
                var isWorthwhile = !cancellationToken.IsCancellationRequested && clock.GetUtcNow() < deadline;
                if (isWorthwhile)
                {
                    AnalyticsLog.CommitRepeated(logger, events.Count, ++repeated, problem.GetType().Name);
                }

                return isWorthwhile;
            },
            clock);
        if (await commit.RunAsync(group.Events) is { } stopped)
        {
            ExceptionDispatchInfo.Throw(stopped);
        }

        group.Deliver(verdicts);
    }

    private async Task StoreAsync(
        ArraySegment<OfferEvent> events,
        EventVerdict[] verdicts,
        DateTimeOffset createdAt,
        bool isRepeated,
        CancellationToken cancellationToken)
    {
        await EnsureMonthAsync(createdAt, cancellationToken);
        var known = events.Count < options.CurrentValue.MinCopyEvents
            ? await store.InsertAsync(events, createdAt, cancellationToken)
            : await store.CopyAsync(events, createdAt, cancellationToken);
        Judge(events, verdicts.AsSpan(events.Offset, events.Count), known, createdAt, isRepeated);
    }

    private EventVerdict Refuse(OfferEvent refused, Exception problem)
    {
        var state = problem is PostgresException postgres ? postgres.SqlState : "value";
        AnalyticsLog.EventRefusedByDatabase(logger, refused.Id, state);
        return EventVerdict.Rejected(refused.Id, [new FieldError(["body"], "The database refuses this event.", $"storage_{state}")]);
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
        var month = MonthPartition.Containing("checkout_offer_events", createdAt);
        if (month != _readyMonth)
        {
            await partitions.CreateAsync(month, cancellationToken);
            _readyMonth = month;
        }
    }
}
