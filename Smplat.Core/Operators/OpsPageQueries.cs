using Smplat.Core.Platform.Caching;

namespace Smplat.Core.Operators;

/// <summary>The fulfillment queue for the operators' page.</summary>
public sealed class QueueQueries(OpsPageStore store, TimeProvider clock) : IDisposable
{
    private readonly ShortLivedCache<QueueDepth> _depth = new(clock, TimeSpan.FromSeconds(2));

    private readonly Dictionary<DashboardWindow, ShortLivedCache<IReadOnlyList<QueueThroughput>>> _throughput = DashboardWindow.All.ToDictionary(
        window => window,
        window => new ShortLivedCache<IReadOnlyList<QueueThroughput>>(clock, TimeSpan.FromSeconds(window == DashboardWindow.Hour ? 2 : 15)));

    public Task<QueueDepth> ReadDepthAsync(CancellationToken cancellationToken) => _depth.GetAsync(store.ReadDepthAsync, cancellationToken);

    /// <summary>Intervals of a window, oldest first, including the empty ones; those of the last hour take five minutes.</summary>
    public Task<IReadOnlyList<QueueThroughput>> ReadThroughputAsync(DashboardWindow window, CancellationToken cancellationToken)
    {
        var step = window == DashboardWindow.Hour ? TimeSpan.FromMinutes(5) : window.Step;
        return _throughput[window].GetAsync(
            (now, token) => store.ReadThroughputAsync(
                new DateTimeOffset(now.UtcTicks - (now.UtcTicks % step.Ticks), TimeSpan.Zero) - window.Length + step, now, step, token),
            cancellationToken);
    }

    public void Dispose()
    {
        _depth.Dispose();
        foreach (var cache in _throughput.Values)
        {
            cache.Dispose();
        }
    }
}

/// <summary>How many tasks of the fulfillment queue are in which state.</summary>
public sealed record QueueDepth
{
    /// <summary>Ready to be taken by a worker.</summary>
    public required long Due { get; init; }

    /// <summary>Scheduled for later, retries included.</summary>
    public required long Later { get; init; }

    /// <summary>Waiting for their order to continue.</summary>
    public required long Held { get; init; }

    public required long Running { get; init; }

    /// <summary>Running with an expired lease: their worker is gone.</summary>
    public required long Orphaned { get; init; }

    public required long DeadLetters { get; init; }

    /// <summary>When the task that has been due the longest became due; null when none is due.</summary>
    public DateTimeOffset? OldestDueAt { get; init; }
}

/// <summary>Tasks that ended in an interval.</summary>
public sealed record QueueThroughput(DateTimeOffset At, long Completed, long Failed);

/// <summary>The circuits of all instances for the operators' page.</summary>
public sealed class CircuitQueries(OpsPageStore store, TimeProvider clock)
{
    /// <summary>Instances publish every few seconds; an older row is of one that has stopped.</summary>
    private static readonly TimeSpan Validity = TimeSpan.FromSeconds(30);

    public Task<IReadOnlyList<OpenCircuit>> ListAsync(CancellationToken cancellationToken) =>
        store.ListCircuitsAsync(clock.GetUtcNow() - Validity, cancellationToken);
}

/// <summary>A circuit of one instance that is not closed.</summary>
/// <param name="Position"><c>open</c> or <c>half-open</c>.</param>
public sealed record OpenCircuit(string ProviderId, string Position, string Instance, DateTimeOffset SeenAt);

/// <summary>Recovery, messages and digests for the operators' page.</summary>
public sealed class RecoveryQueries(OpsPageStore store, TimeProvider clock)
{
    private const int DigestDays = 7 * 8;

    /// <param name="days">Whole days in UTC, including the current one.</param>
    public Task<CheckoutOverview> ReadCheckoutsAsync(int days, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var today = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        return store.ReadCheckoutsAsync(today.AddDays(1 - days), now, cancellationToken);
    }

    public Task<HostedOverview> ReadHostedAsync(TimeSpan length, CancellationToken cancellationToken) =>
        store.ReadHostedAsync(clock.GetUtcNow() - length, cancellationToken);

    public Task<OutboxOverview> ReadOutboxAsync(TimeSpan length, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return store.ReadOutboxAsync(now - length, now, cancellationToken);
    }

    public Task<IReadOnlyList<DigestWeekCount>> ReadDigestsAsync(CancellationToken cancellationToken) =>
        store.ReadDigestsAsync(clock.GetUtcNow().AddDays(-DigestDays), cancellationToken);
}

/// <summary>A count of rows with a label.</summary>
public sealed record LabelCount(string Label, long Count);

/// <summary>A count of rows with two labels.</summary>
public sealed record PairCount(string First, string Second, long Count);

/// <summary>Orders recovered on a day, in UTC.</summary>
public sealed record RecoveredDay(DateTimeOffset Day, long Orders);

/// <summary>Checkouts in progress, and those that were recovered.</summary>
/// <param name="Stages">Stage, status and count of the checkouts that have not ended.</param>
/// <param name="DueNow">Stalled checkouts whose next reminder is due.</param>
/// <param name="Days">Oldest first. Days without recovered orders are left out.</param>
public sealed record CheckoutOverview(IReadOnlyList<PairCount> Stages, long DueNow, IReadOnlyList<RecoveredDay> Days);

/// <summary>Hosted payment sessions of a window, and those that recovery still has to handle.</summary>
public sealed record HostedOverview(IReadOnlyList<LabelCount> Statuses, long DueNow, long Exhausted, long Retried, long RetriedAndPaid);

/// <summary>The outbox: waiting messages, and the outcomes of the messages of a window.</summary>
/// <param name="Outcomes">Kind, status and count.</param>
public sealed record OutboxOverview(IReadOnlyList<LabelCount> Statuses, IReadOnlyList<PairCount> Outcomes, DateTimeOffset? OldestDueAt);

/// <summary>Weekly digests by ISO week.</summary>
public sealed record DigestWeekCount(string Week, long Enqueued, long Empty);
