using Smplat.Core.Platform.Caching;

namespace Smplat.Core.Operators;

/// <summary>The fulfillment queue for the operators' page.</summary>
public sealed class QueueQueries(OpsPageStore store, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Window = TimeSpan.FromHours(1);

    private readonly ShortLivedCache<QueueOverview> _last = new(clock, TimeSpan.FromSeconds(2));

    public Task<QueueOverview> ReadAsync(CancellationToken cancellationToken) =>
        _last.GetAsync((now, token) => store.ReadQueueAsync(Since(now), now, token), cancellationToken);

    public void Dispose() => _last.Dispose();

    private static DateTimeOffset Since(DateTimeOffset now) =>
        new DateTimeOffset(now.UtcTicks - (now.UtcTicks % Step.Ticks), TimeSpan.Zero) - Window + Step;
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

/// <param name="Steps">The last hour in intervals of five minutes, oldest first, including the empty ones.</param>
public sealed record QueueOverview(QueueDepth Depth, IReadOnlyList<QueueThroughput> Steps);

/// <summary>Recovery, messages and digests for the operators' page.</summary>
public sealed class RecoveryQueries(OpsPageStore store, TimeProvider clock)
{
    public const int Days = 30;

    public const int MessageDays = 7;

    private const int DigestDays = 7 * 8;

    public Task<CheckoutOverview> ReadCheckoutsAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var today = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        return store.ReadCheckoutsAsync(today.AddDays(1 - Days), now, cancellationToken);
    }

    public Task<HostedOverview> ReadHostedAsync(CancellationToken cancellationToken) =>
        store.ReadHostedAsync(clock.GetUtcNow().AddDays(-Days), cancellationToken);

    public Task<OutboxOverview> ReadOutboxAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return store.ReadOutboxAsync(now.AddDays(-MessageDays), now, cancellationToken);
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
/// <param name="Days">The last 30 days, oldest first. Days without recovered orders are left out.</param>
public sealed record CheckoutOverview(IReadOnlyList<PairCount> Stages, long DueNow, IReadOnlyList<RecoveredDay> Days);

/// <summary>Hosted payment sessions of the last 30 days, and those that recovery still has to handle.</summary>
public sealed record HostedOverview(IReadOnlyList<LabelCount> Statuses, long DueNow, long Exhausted, long Retried, long RetriedAndPaid);

/// <summary>The outbox: waiting messages, and the outcomes of the messages of the last seven days.</summary>
/// <param name="Outcomes">Kind, status and count.</param>
public sealed record OutboxOverview(IReadOnlyList<LabelCount> Statuses, IReadOnlyList<PairCount> Outcomes, DateTimeOffset? OldestDueAt);

/// <summary>Weekly digests by ISO week.</summary>
public sealed record DigestWeekCount(string Week, long Enqueued, long Empty);
