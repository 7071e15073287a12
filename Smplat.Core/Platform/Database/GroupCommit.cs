using System.Buffers;
using System.Threading.Channels;
using Smplat.Core.Platform.Resilience;

namespace Smplat.Core.Platform.Database;

/// <summary>Limits of the queue and of a group. They are read again for every group, so settings can change at run time.</summary>
/// <param name="MaxWaiting">Rows that may be queued or in progress; beyond it, callers wait or are refused.</param>
/// <param name="MaxGroup">Rows at which a group is full. The rows of the last caller stay together, so a group may exceed it.</param>
internal readonly record struct GatherLimits(int MaxWaiting, int MaxGroup)
{
    /// <summary>Bytes that may be queued or in progress. Default: no limit.</summary>
    public long MaxBytes { get; init; } = long.MaxValue;

    /// <summary>Groups that may be committed at the same time. Default 1, which keeps the order of the rows.</summary>
    public int Writers { get; init; } = 1;

    /// <summary>
    /// With several writers, a group of at least this many rows does not wait for the previous one. The cost of a smaller group is
    /// mostly its commit, so it is better to wait and let more rows share it.
    /// </summary>
    public int ConcurrentFrom { get; init; } = 1;
}

/// <summary>How entries are counted, committed and settled.</summary>
internal sealed record GroupRules<T>
{
    /// <summary>Commits all rows of a group or none; the number is the attempt, from 1.</summary>
    public required Func<ArraySegment<T>, int, Task> Commit { get; init; }

    /// <summary>Called exactly once for every accepted entry, with null if it was committed and the reason if not. It must not throw.</summary>
    public required Action<ArraySegment<T>, Exception?> Settle { get; init; }

    public required Func<GatherLimits> Limits { get; init; }

    /// <summary>Rows of an entry. Default 1.</summary>
    public Func<T, int>? RowsOf { get; init; }

    /// <summary>Bytes of an entry. Default 0.</summary>
    public Func<T, long>? BytesOf { get; init; }

    /// <summary>False for an entry that no caller waits for any more; it is settled without being committed. Default: always true.</summary>
    public Func<T, bool>? IsWanted { get; init; }

    /// <summary>How long a group is retried during a database outage. Default zero: one attempt.</summary>
    public TimeSpan OutageRetryLimit { get; init; }

    /// <summary>How long a group is still retried after the app began to stop. Default zero.</summary>
    public TimeSpan StopRetryLimit { get; init; }

    /// <summary>Called before a group is retried because of an outage.</summary>
    public Action<ArraySegment<T>, Exception>? OnOutage { get; init; }
}

/// <summary>
/// Group commit: while one group is being committed, arriving entries are queued and form the next group. There is no timer, so
/// a single entry is committed immediately. Guarantees:
/// <list type="bullet">
/// <item>every accepted entry is settled exactly once, and with one writer in the order of arrival;</item>
/// <item>a row that the database refuses fails alone;</item>
/// <item>the queue is bounded;</item>
/// <item>when the app stops, everything accepted before is still committed.</item>
/// </list>
/// </summary>
internal sealed class GroupCommit<T>
{
    private readonly Lock _gate = new();

    // GatherLimits bound the queue. A bounded channel keeps its buffer, so an entry needs no allocation.
    private readonly Channel<Entry> _queue = Channel.CreateBounded<Entry>(new BoundedChannelOptions(int.MaxValue) { SingleReader = true });

    private readonly GroupRules<T> _rules;
    private readonly SplitCommit<T> _commit;
    private readonly TimeProvider _clock;
    private long _waiting;
    private long _bytes;
    private long _taken;
    private long _settled;
    private long _stoppedAt;
    private TaskCompletionSource? _progress;

    public GroupCommit(GroupRules<T> rules, TimeProvider clock)
    {
        (_rules, _clock) = (rules, clock);
        _commit = new(rules.Commit, rules.Settle, IsWorthwhile, clock);
    }

    /// <summary>Rows that are queued or in progress.</summary>
    public long Waiting => Interlocked.Read(ref _waiting);

    /// <returns>False when the queue is full, or closed because the app is stopping.</returns>
    public bool TryAdd(T item) => TryAdd(new Entry(item, null), RowsOf(item), BytesOf(item));

    /// <summary>Accepts all of the entries or none.</summary>
    public bool TryAdd(IReadOnlyList<T> items)
    {
        var (rows, bytes) = (0, 0L);
        for (var index = 0; index < items.Count; index++)
        {
            rows += RowsOf(items[index]);
            bytes += BytesOf(items[index]);
        }

        return items.Count == 0 || TryAdd(new Entry(default!, items), rows, bytes);
    }

    /// <summary>Accepts all of the entries; when the queue is full, the caller waits for room (back pressure).</summary>
    /// <returns>False when there was no room during that time, or the queue is closed.</returns>
    public ValueTask<bool> AddAsync(IReadOnlyList<T> items, TimeSpan maxWait) =>
        TryAdd(items) ? ValueTask.FromResult(true) : new(WaitForRoomAsync(items, maxWait));

    /// <summary>Accepts no more entries; those already accepted are still committed.</summary>
    public void Close()
    {
        Interlocked.CompareExchange(ref _stoppedAt, _clock.GetTimestamp(), 0);
        _queue.Writer.TryComplete();
        Signal();
    }

    /// <summary>Returns when everything accepted before the call is settled.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        long goal;
        lock (_gate)
        {
            goal = _taken;
        }

        while (true)
        {
            var progress = Progress();
            lock (_gate)
            {
                if (_settled >= goal)
                {
                    return;
                }
            }

            await progress.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Commits groups until the queue is closed, by <see cref="Close"/> or by the token, and everything is settled.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        await using var closing = stopping.UnsafeRegister(static self => ((GroupCommit<T>)self!).Close(), this);
        var running = new List<Task>();
        while (await _queue.Reader.WaitToReadAsync(CancellationToken.None))
        {
            var limits = _rules.Limits();
            var group = Take(limits.MaxGroup);
            var committing = CommitAsync(group);
            if (limits.Writers == 1 && running.Count == 0)
            {
                await committing;
                continue;
            }

            running.Add(committing);
            var most = group.Rows < limits.ConcurrentFrom ? 1 : limits.Writers;
            while (running.Count >= most)
            {
                running.Remove(await Task.WhenAny(running));
            }
        }

        await Task.WhenAll(running);
    }

    private bool TryAdd(Entry entry, int rows, long bytes)
    {
        var limits = _rules.Limits();
        lock (_gate)
        {
            // An entry that is larger than the whole queue is accepted when the queue is empty.
            var isAlone = _waiting == 0;
            var fits = isAlone || (_waiting + rows <= limits.MaxWaiting && _bytes + bytes <= limits.MaxBytes);
            if (!fits || !_queue.Writer.TryWrite(entry))
            {
                return false;
            }

            _waiting += rows;
            _bytes += bytes;
            _taken++;
            return true;
        }
    }

    private async Task<bool> WaitForRoomAsync(IReadOnlyList<T> items, TimeSpan maxWait)
    {
        var begun = _clock.GetTimestamp();
        while (Interlocked.Read(ref _stoppedAt) == 0 && maxWait - _clock.GetElapsedTime(begun) is var left && left > TimeSpan.Zero)
        {
            var progress = Progress();
            if (TryAdd(items))
            {
                return true;
            }

            try
            {
                await progress.WaitAsync(left, _clock);
            }
            catch (TimeoutException)
            {
                break;
            }
        }

        return TryAdd(items);
    }

    private Group Take(int most)
    {
        var group = new Group(ArrayPool<T>.Shared.Rent(Math.Min(most, 16)));
        while (group.Rows < most && _queue.Reader.TryRead(out var entry))
        {
            group.Entries++;
            if (entry.Many is null)
            {
                Add(ref group, entry.One);
                continue;
            }

            for (var index = 0; index < entry.Many.Count; index++)
            {
                Add(ref group, entry.Many[index]);
            }
        }

        return group;
    }

    private void Add(ref Group group, T item)
    {
        if (group.Count == group.Items.Length)
        {
            var larger = ArrayPool<T>.Shared.Rent(group.Count * 2);
            group.Items.AsSpan(0, group.Count).CopyTo(larger);
            ArrayPool<T>.Shared.Return(group.Items, clearArray: true);
            group.Items = larger;
        }

        group.Items[group.Count++] = item;
        group.Rows += RowsOf(item);
        group.Bytes += BytesOf(item);
    }

    private async Task CommitAsync(Group group)
    {
        var all = new ArraySegment<T>(group.Items, 0, group.Count);
        var wanted = Unwanted(all) is { Count: > 0 } unwanted ? all[unwanted.Count..] : all;
        if (wanted.Count > 0)
        {
            await _commit.RunAsync(wanted);
        }

        ArrayPool<T>.Shared.Return(group.Items, clearArray: true);
        lock (_gate)
        {
            _waiting -= group.Rows;
            _bytes -= group.Bytes;
            _settled += group.Entries;
        }

        Signal();
    }

    /// <summary>Settles the entries that no caller waits for any more, and moves the others behind them, in order.</summary>
    private ArraySegment<T> Unwanted(ArraySegment<T> all)
    {
        if (_rules.IsWanted is not { } isWanted)
        {
            return [];
        }

        var gap = all.Count;
        for (var index = all.Count - 1; index >= 0; index--)
        {
            if (isWanted(all[index]))
            {
                gap--;
                (all[gap], all[index]) = (all[index], all[gap]);
            }
        }

        var unwanted = all[..gap];
        if (gap > 0)
        {
            _rules.Settle(unwanted, new OperationCanceledException("The caller stopped waiting."));
        }

        return unwanted;
    }

    private bool IsWorthwhile(ArraySegment<T> rows, TimeSpan elapsed, Exception problem)
    {
        var stoppedAt = Interlocked.Read(ref _stoppedAt);
        var isWorthwhile = elapsed < _rules.OutageRetryLimit
            && (stoppedAt == 0 || _clock.GetElapsedTime(stoppedAt) < _rules.StopRetryLimit);
        if (isWorthwhile)
        {
            _rules.OnOutage?.Invoke(rows, problem);
        }

        return isWorthwhile;
    }

    private int RowsOf(T item) => _rules.RowsOf is { } rowsOf ? rowsOf(item) : 1;

    private long BytesOf(T item) => _rules.BytesOf is { } bytesOf ? bytesOf(item) : 0;

    /// <summary>Completes when the next group is settled, or the queue is closed.</summary>
    private Task Progress()
    {
        var known = Volatile.Read(ref _progress);
        if (known is null)
        {
            var fresh = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            known = Interlocked.CompareExchange(ref _progress, fresh, null) ?? fresh;
        }

        return known.Task;
    }

    private void Signal()
    {
        if (Volatile.Read(ref _progress) is not null)
        {
            Interlocked.Exchange(ref _progress, null)?.TrySetResult();
        }
    }

    private readonly record struct Entry(T One, IReadOnlyList<T>? Many);

    private struct Group(T[] items)
    {
        public T[] Items { get; set; } = items;

        public int Count { get; set; }

        public int Entries { get; set; }

        public int Rows { get; set; }

        public long Bytes { get; set; }
    }
}

/// <summary>
/// Commits rows together. If the database refuses bad data, the rows are split in half repeatedly, so that each bad row fails
/// alone. An outage is not bad data: the rows are retried while that is worthwhile. Every row is settled exactly once, in order.
/// </summary>
/// <param name="commit">
/// Commits all given rows or none. The number is the attempt, from 1; above 1, an earlier attempt may have committed without an answer.
/// </param>
/// <param name="settle">Takes rows with null if they were committed, or with the reason if not. It must not throw.</param>
/// <param name="isWorthwhile">Whether to retry the rows after this outage; the time is how long ago the first attempt was.</param>
/// <param name="clock">For the delays between attempts.</param>
internal sealed class SplitCommit<T>(
    Func<ArraySegment<T>, int, Task> commit,
    Action<ArraySegment<T>, Exception?> settle,
    Func<ArraySegment<T>, TimeSpan, Exception, bool> isWorthwhile,
    TimeProvider clock)
{
    private static readonly Backoff Delays = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(500)) { Jitter = Jitter.Equal };

    /// <returns>What prevented good rows from being committed; null if every row was committed or refused as bad data.</returns>
    public Task<Exception?> RunAsync(ArraySegment<T> rows) => RunAsync(rows, 1, clock.GetTimestamp());

    private async Task<Exception?> RunAsync(ArraySegment<T> rows, int attempt, long begun)
    {
        Exception? problem;
        while ((problem = await TryAsync(rows, attempt)) is not null
            && DatabaseErrors.IsOutage(problem) && isWorthwhile(rows, clock.GetElapsedTime(begun), problem))
        {
            await Task.Delay(Delays.After(attempt, Random.Shared.NextDouble()), clock);
            attempt++;
        }

        if (problem is null || rows.Count == 1 || !DatabaseErrors.IsBadData(problem))
        {
            settle(rows, problem);
            return problem is not null && DatabaseErrors.IsBadData(problem) ? null : problem;
        }

        var half = rows.Count / 2;
        if (await RunAsync(rows[..half], attempt, begun) is not { } first)
        {
            return await RunAsync(rows[half..], attempt, begun);
        }

        // The failure of the first half is not caused by its data, so it would affect the second half too.
        settle(rows[half..], first);
        return first;
    }

    private async Task<Exception?> TryAsync(ArraySegment<T> rows, int attempt)
    {
        try
        {
            await commit(rows, attempt);
            return null;
        }
        catch (Exception problem)
        {
            return problem;
        }
    }
}

/// <summary>Lets a caller wait for the commit of its entry.</summary>
public abstract class CommitTicket
{
    private static readonly object Abandoned = new();

    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Null at first, later Abandoned or the problem. A single field, because there is one ticket per request.
    private volatile object? _state;

    /// <summary>Completes after the commit, or when it is certain that there will be none. It never fails.</summary>
    public Task Done => _done.Task;

    /// <summary>Once done: why the entry was not committed; null if it was.</summary>
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
