using System.Buffers;
using System.Threading.Channels;

namespace Smplat.Core.Platform.Database;

/// <summary>
/// Group commit: while one group is being committed, what arrives gathers and becomes the next group. There is no timer, so a
/// lone entry waits for nothing. Guarantees: every entry that is taken is settled exactly once, in the order in which it
/// came when there is one writer; a row that the database refuses costs only itself; what waits is bounded; a stop commits
/// what was taken before it.
/// </summary>
public sealed class GroupCommit<T>
{
    private readonly Lock _gate = new();

    // The limits bound it; a channel of this kind keeps its buffer, so that an entry costs no allocation.
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

    /// <summary>Rows that wait or are under way.</summary>
    public long Waiting => Interlocked.Read(ref _waiting);

    /// <returns>False when there is no room, or no more is taken because the app is stopping.</returns>
    public bool TryAdd(T item) => TryAdd(new Entry(item, null), RowsOf(item), BytesOf(item));

    /// <summary>Takes all of the entries or none.</summary>
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

    /// <summary>Takes all of the entries, and holds the caller back for a while when there is no room (back pressure).</summary>
    /// <returns>False when there was no room in all that time, or no more is taken.</returns>
    public ValueTask<bool> AddAsync(IReadOnlyList<T> items, TimeSpan patience) =>
        TryAdd(items) ? ValueTask.FromResult(true) : new(WaitForRoomAsync(items, patience));

    /// <summary>Takes no more; what was taken is still committed.</summary>
    public void Close()
    {
        Interlocked.CompareExchange(ref _stoppedAt, _clock.GetTimestamp(), 0);
        _queue.Writer.TryComplete();
        Signal();
    }

    /// <summary>Returns when everything taken before the call is settled.</summary>
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

    /// <summary>Gathers and commits until it is closed, by <see cref="Close"/> or by the token, and everything is settled.</summary>
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
            var most = group.Rows < limits.SideBySideFrom ? 1 : limits.Writers;
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
            // An entry that is larger than the whole queue still passes through an empty one.
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

    private async Task<bool> WaitForRoomAsync(IReadOnlyList<T> items, TimeSpan patience)
    {
        var begun = _clock.GetTimestamp();
        while (Interlocked.Read(ref _stoppedAt) == 0 && patience - _clock.GetElapsedTime(begun) is var left && left > TimeSpan.Zero)
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

    /// <summary>Settles what nobody waits for any more, and moves the rest behind it, in its order.</summary>
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
            _rules.Settle(unwanted, new OperationCanceledException("Nobody waited for it any more."));
        }

        return unwanted;
    }

    private bool IsWorthwhile(ArraySegment<T> rows, TimeSpan elapsed, Exception problem)
    {
        var stoppedAt = Interlocked.Read(ref _stoppedAt);
        var isWorthwhile = elapsed < _rules.OutagePatience
            && (stoppedAt == 0 || _clock.GetElapsedTime(stoppedAt) < _rules.StopPatience);
        if (isWorthwhile)
        {
            _rules.OnOutage?.Invoke(rows, problem);
        }

        return isWorthwhile;
    }

    private int RowsOf(T item) => _rules.RowsOf is { } rowsOf ? rowsOf(item) : 1;

    private long BytesOf(T item) => _rules.BytesOf is { } bytesOf ? bytesOf(item) : 0;

    /// <summary>Ends when a group is settled the next time, or the queue is closed.</summary>
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
