namespace Smplat.Core.Platform.Database;

/// <summary>What bounds the gathering. Read again for every group, so that settings may change.</summary>
/// <param name="MaxWaiting">Rows that may wait or be under way; beyond it callers are held back or turned away.</param>
/// <param name="MaxGroup">Rows from which a group is full. The last caller's rows stay together, so it may be passed by them.</param>
public readonly record struct GatherLimits(int MaxWaiting, int MaxGroup)
{
    /// <summary>Bytes that may wait or be under way. Default no limit.</summary>
    public long MaxBytes { get; init; } = long.MaxValue;

    /// <summary>Groups that may be under way at once. Default 1, which keeps the order of the rows.</summary>
    public int Writers { get; init; } = 1;

    /// <summary>
    /// Rows from which a group need not wait for the one before, when there are several writers. Smaller groups are mostly the
    /// price of their commit, which those that arrive meanwhile share.
    /// </summary>
    public int SideBySideFrom { get; init; } = 1;
}

/// <summary>How a queue entry counts and how it ends.</summary>
public sealed record GroupRules<T>
{
    /// <summary>Commits all of a group or none; the number is the attempt, from 1.</summary>
    public required Func<ArraySegment<T>, int, Task> Commit { get; init; }

    /// <summary>Called exactly once for every entry that was taken: committed (null), or why it is not. It must not throw.</summary>
    public required Action<ArraySegment<T>, Exception?> Settle { get; init; }

    public required Func<GatherLimits> Limits { get; init; }

    /// <summary>Rows of an entry. Default 1.</summary>
    public Func<T, int>? RowsOf { get; init; }

    /// <summary>Bytes of an entry. Default 0.</summary>
    public Func<T, long>? BytesOf { get; init; }

    /// <summary>False for an entry that nobody waits for any more; it is settled without being committed. Default all are wanted.</summary>
    public Func<T, bool>? IsWanted { get; init; }

    /// <summary>How long a group is tried again while the database is away. Default zero: once.</summary>
    public TimeSpan OutagePatience { get; init; }

    /// <summary>The same, counted from the stop, once the app is stopping. Default zero.</summary>
    public TimeSpan StopPatience { get; init; }

    /// <summary>Says that a group is tried again.</summary>
    public Action<ArraySegment<T>, Exception>? OnOutage { get; init; }
}

/// <summary>A caller's place in a group: the entry that it waits for.</summary>
public abstract class CommitTicket
{
    private static readonly object Abandoned = new();

    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Null, then Abandoned, or the problem. One field, since there is a ticket for every request.
    private volatile object? _state;

    /// <summary>Ends after the commit, or when it is known that there is none; it never fails itself.</summary>
    public Task Done => _done.Task;

    /// <summary>Once it is done: why there was no commit; null when there was one.</summary>
    public Exception? Problem => _state as Exception;

    /// <summary>The caller has stopped waiting.</summary>
    public bool IsAbandoned => _state == Abandoned;

    public void Abandon() => Interlocked.CompareExchange(ref _state, Abandoned, null);

    internal void Settle(Exception? problem)
    {
        if (problem is not null)
        {
            _state = problem;
        }

        _done.TrySetResult();
    }
}
