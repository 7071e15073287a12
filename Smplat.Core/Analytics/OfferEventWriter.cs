using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Analytics;

/// <summary>The events of one request, waiting for their commit.</summary>
public sealed class OfferEventWrite(IReadOnlyList<OfferEvent> events, DateTimeOffset deadline) : CommitTicket
{
    public IReadOnlyList<OfferEvent> Events { get; } = events;

    /// <summary>When its caller stops waiting.</summary>
    public DateTimeOffset Deadline { get; } = deadline;

    /// <summary>One for each event; valid only after the commit.</summary>
    public EventVerdict[] Verdicts { get; } = new EventVerdict[events.Count];

    public long Bytes { get; } = events.Sum(taken => (long)taken.Raw.Length);
}

/// <summary>
/// Collects the events of requests and commits them in groups. No event is acknowledged before its commit. The queue is
/// limited by count and bytes; when it is full, further requests are refused.
/// </summary>
public sealed class OfferEventWriter : BackgroundService
{
    /// <summary>Group size from which the next group does not wait for this one.</summary>
    private const int ConcurrentFrom = 250;

    private readonly GroupCommit<OfferEventWrite> _group;
    private readonly OfferEventCommit _commit;
    private readonly MigrationGate _gate;
    private readonly EventCounters _counters;
    private readonly IOptionsMonitor<IngestionOptions> _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;

    public OfferEventWriter(
        OfferEventCommit commit,
        MigrationGate gate,
        EventCounters counters,
        IOptionsMonitor<IngestionOptions> options,
        TimeProvider clock,
        ILogger<OfferEventWriter> logger)
    {
        (_commit, _gate, _counters, _options, _clock, _logger) = (commit, gate, counters, options, clock, logger);
        _group = new(
            new()
            {
                Commit = StoreAsync,
                Settle = Settle,
                Limits = Limits,
                RowsOf = static write => write.Events.Count,
                BytesOf = static write => write.Bytes,
            },
            clock);
    }

    public long WaitingEvents => _group.Waiting;

    /// <summary>Queues the events of a request; null when there is no room for them.</summary>
    public OfferEventWrite? TryQueue(IReadOnlyList<OfferEvent> events)
    {
        var write = new OfferEventWrite(
            events, _clock.GetUtcNow() + TimeSpan.FromMilliseconds(_options.CurrentValue.WriteTimeoutMilliseconds));
        return _group.TryAdd(write) ? write : null;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await ((Task)_gate.WaitAsync(stoppingToken)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // Also runs when the app stops before the migrations are applied, so that waiting requests get an answer.
        await _group.RunAsync(stoppingToken);
    }

    private GatherLimits Limits()
    {
        var settings = _options.CurrentValue;
        return new(settings.MaxQueuedEvents, settings.MaxGroupEvents)
        {
            MaxBytes = settings.MaxQueuedMegabytes * 1_048_576L,
            Writers = settings.Writers,
            ConcurrentFrom = ConcurrentFrom,
        };
    }

    private async Task StoreAsync(ArraySegment<OfferEventWrite> group, int attempt)
    {
        var startedAt = _clock.GetTimestamp();
        await _commit.StoreAsync(group, CancellationToken.None);
        _counters.GroupStored(group, group.Sum(static write => write.Events.Count), _clock.GetElapsedTime(startedAt));
    }

    private void Settle(ArraySegment<OfferEventWrite> group, Exception? problem)
    {
        if (problem is not null)
        {
            AnalyticsLog.GroupFailed(_logger, group.Sum(static write => write.Events.Count), problem.GetType().Name);
        }

        foreach (var write in group)
        {
            write.Settle(problem);
        }
    }
}

/// <summary>
/// Stores a group and sets the verdict of each event. An event that the database refuses does not affect the others;
/// during an outage the commit is retried until the last waiting request times out.
/// </summary>
public sealed class OfferEventCommit(
    OfferEventStore store,
    PartitionStore partitions,
    IOptionsMonitor<IngestionOptions> options,
    TimeProvider clock,
    ILogger<OfferEventCommit> logger)
{
    private MonthPartition _readyMonth;

    /// <summary>
    /// Stores the events of all writes and sets their verdicts; throws when an outage outlasts their deadlines.
    /// </summary>
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
        return EventVerdict.Rejected(refused.Id, [new FieldError(["body"], "The database refused this event.", $"storage_{state}")]);
    }

    /// <param name="isRepeated">
    /// The previous attempt may have been committed although its answer was lost: keys with this group's time are then
    /// its own.
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

/// <summary>
/// The events of several requests that are stored together: sorted by id, each id once. A repetition within the group
/// is a duplicate of the first one.
/// </summary>
internal sealed class OfferEventGroup
{
    private readonly Slot[] _slots;

    public OfferEventGroup(IReadOnlyList<OfferEventWrite> writes)
    {
        _slots = new Slot[writes.Sum(write => write.Events.Count)];
        var count = 0;
        foreach (var write in writes)
        {
            for (var index = 0; index < write.Events.Count; index++)
            {
                _slots[count] = new Slot(write.Events[index].Id, count, write, index);
                count++;
            }
        }

        Array.Sort(_slots);
        Events = _slots
            .Where((slot, index) => index == 0 || slot.Id != _slots[index - 1].Id)
            .Select(slot => slot.Event)
            .ToArray();
    }

    /// <summary>The events to store.</summary>
    public OfferEvent[] Events { get; }

    /// <summary>Copies the verdicts on <see cref="Events"/> to the requests that sent the events.</summary>
    public void Deliver(ReadOnlySpan<EventVerdict> verdicts)
    {
        var distinct = -1;
        for (var index = 0; index < _slots.Length; index++)
        {
            var slot = _slots[index];
            var isRepetition = index > 0 && slot.Id == _slots[index - 1].Id;
            if (!isRepetition)
            {
                distinct++;
            }

            var verdict = verdicts[distinct];
            slot.Write.Verdicts[slot.Index] = isRepetition && verdict.Status == VerdictStatus.Accepted
                ? EventVerdict.Duplicate(slot.Event, verdict.CreatedAt)
                : verdict;
        }
    }

    private readonly record struct Slot(Guid Id, int Order, OfferEventWrite Write, int Index) : IComparable<Slot>
    {
        public OfferEvent Event => Write.Events[Index];

        public int CompareTo(Slot other) => Id.CompareTo(other.Id) is var byId and not 0 ? byId : Order.CompareTo(other.Order);
    }
}
