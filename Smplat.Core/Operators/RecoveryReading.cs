namespace Smplat.Core.Operators;

/// <summary>Rows of a kind, counted.</summary>
public sealed record LabelCount(string Label, long Count);

/// <summary>Rows of two kinds, counted.</summary>
public sealed record PairCount(string First, string Second, long Count);

/// <summary>Orders won back on a day, in UTC.</summary>
public sealed record RecoveredDay(DateTimeOffset Day, long Orders);

/// <summary>Checkouts that are under way, and those that were won back.</summary>
/// <param name="Stages">Stage, status and count of the checkouts that are not over.</param>
/// <param name="DueNow">Stalled checkouts whose next reminder is due.</param>
/// <param name="Days">The last 30 days, oldest first, without days on which none was.</param>
public sealed record CheckoutOverview(IReadOnlyList<PairCount> Stages, long DueNow, IReadOnlyList<RecoveredDay> Days);

/// <summary>Hosted payment sessions of the last 30 days, and what recovery has still to do.</summary>
public sealed record HostedOverview(IReadOnlyList<LabelCount> Statuses, long DueNow, long Exhausted, long Retried, long RetriedAndPaid);

/// <summary>The outbox: what waits, and what became of the messages of the last seven days.</summary>
/// <param name="Outcomes">Kind, status and count.</param>
public sealed record OutboxOverview(IReadOnlyList<LabelCount> Statuses, IReadOnlyList<PairCount> Outcomes, DateTimeOffset? OldestDueAt);

/// <summary>Weekly digests by ISO week.</summary>
public sealed record DigestWeekCount(string Week, long Enqueued, long Empty);
