using System.Collections.Concurrent;
using FsCheck;
using FsCheck.Fluent;
using Npgsql;
using Smplat.Core.Platform.Database;
using Smplat.Tests.Support;

namespace Smplat.Tests.Platform.Database;

[Parallelizable(ParallelScope.All)]
public sealed class GroupCommitTests
{
    /// <summary>Concurrent producers, refused rows, outages, lost answers, and a stop in the middle.</summary>
    [Test]
    public void Every_accepted_entry_is_settled_once_in_order_and_a_bad_row_fails_alone()
    {
        var cases = from producers in Gen.Choose(1, 5)
                    from each in Gen.Choose(1, 40)
                    from bad in Gen.Choose(0, 30)
                    from outages in Gen.Choose(0, 30)
                    from maxGroup in Gen.Choose(1, 20)
                    from seed in Gen.Choose(0, 1_000_000)
                    select (producers, each, bad, outages, maxGroup, seed);
        Prop.ForAll(
            cases.ToArbitrary(),
            entry => RunAsync(entry.producers, entry.each, entry.bad, entry.outages, entry.maxGroup, entry.seed).GetAwaiter().GetResult())
            .QuickCheckThrowOnFailure();

        static async Task<bool> RunAsync(int producers, int each, int bad, int outages, int maxGroup, int seed)
        {
            var random = new Random(seed);
            var rows = Enumerable.Range(0, producers).SelectMany(producer => Enumerable.Range(0, each).Select(number => (producer, number))).ToArray();
            var refused = rows.Where(_ => random.Next(100) < bad).ToHashSet();
            var table = new Table<(int Producer, int Number)>(random, refused, outages);
            var settled = new List<((int Producer, int Number) Row, Exception? Problem)>();
            var group = new GroupCommit<(int Producer, int Number)>(
                new()
                {
                    Commit = table.CommitAsync,
                    Settle = (some, problem) =>
                    {
                        foreach (var row in some)
                            settled.Add((row, problem));
                    },
                    Limits = () => new(1_000, maxGroup),
                    OutageRetryLimit = TimeSpan.MaxValue,
                    StopRetryLimit = TimeSpan.MaxValue,
                },
                new HastyClock());
            using var stop = new CancellationTokenSource();
            var running = group.RunAsync(stop.Token);
            var stopsAfter = random.Next(rows.Length * 2);
            var added = 0;
            var taken = (await Task.WhenAll(Enumerable.Range(0, producers).Select(producer => Task.Run(async () =>
            {
                var mine = new List<(int Producer, int Number)>();
                for (var number = 0; number < each; number++)
                {
                    if (number % 3 == 2)
                        await Task.Yield();
                    if (group.TryAdd((producer, number)))
                        mine.Add((producer, number));
                    if (Interlocked.Increment(ref added) == stopsAfter)
                        await stop.CancelAsync();
                }

                return mine;
            })))).SelectMany(mine => mine).ToHashSet();
            await stop.CancelAsync();
            await running.WaitAsync(TimeSpan.FromSeconds(30));

            var order = settled.GroupBy(entry => entry.Row.Producer).All(
                mine => mine.Select(entry => entry.Row.Number).SequenceEqual(mine.Select(entry => entry.Row.Number).Order()));
            return settled.Count == taken.Count
                && settled.Select(entry => entry.Row).ToHashSet().SetEquals(taken)
                && settled.All(entry => entry.Problem is null != refused.Contains(entry.Row))
                && table.Rows.ToHashSet().SetEquals(taken.Except(refused))
                && table.Rows.Count == taken.Except(refused).Count()
                && order && group.Waiting == 0 && !group.TryAdd((0, 0));
        }
    }

    [Test]
    public void An_outage_beyond_the_retry_limit_fails_the_remaining_rows_once_each()
    {
        var cases = from count in Gen.Choose(1, 40)
                    from bad in Gen.Choose(0, 30)
                    from outages in Gen.Choose(0, 40)
                    from seed in Gen.Choose(0, 1_000_000)
                    select (count, bad, outages, seed);
        Prop.ForAll(cases.ToArbitrary(), entry =>
        {
            var random = new Random(entry.seed);
            var rows = Enumerable.Range(0, entry.count).ToArray();
            var refused = rows.Where(_ => random.Next(100) < entry.bad).ToHashSet();
            var table = new Table<int>(random, refused, entry.outages) { LosesAnswers = false };
            var settled = new List<(int Row, Exception? Problem)>();
            var commit = new SplitCommit<int>(
                table.CommitAsync,
                (some, problem) => settled.AddRange(some.Select(row => (row, problem))),
                (_, _, _) => false,
                new HastyClock());

            var stopped = commit.RunAsync(rows).GetAwaiter().GetResult();

            var firstFailed = settled.FindIndex(row => row.Problem is TimeoutException);
            return settled.Select(row => row.Row).SequenceEqual(rows)
                && (stopped is TimeoutException) == (firstFailed >= 0)
                && (firstFailed < 0 || settled[firstFailed..].All(row => row.Problem is TimeoutException))
                && table.Rows.SequenceEqual(settled.Where(row => row.Problem is null).Select(row => row.Row))
                && settled.Where(row => row.Problem is PostgresException).All(row => refused.Contains(row.Row));
        }).QuickCheckThrowOnFailure();
    }

    [Test]
    public async Task One_bad_row_among_a_thousand_is_found_in_few_statements()
    {
        var table = new Table<int>(new Random(1), [617], 0);
        var commit = new SplitCommit<int>(table.CommitAsync, (_, _) => { }, (_, _, _) => true, new HastyClock());

        await commit.RunAsync(Enumerable.Range(0, 1000).ToArray());

        Assert.That(table.Rows, Has.Count.EqualTo(999));
        Assert.That(table.Statements, Is.LessThanOrEqualTo(21));
    }

    [Test]
    public async Task A_schema_defect_does_not_split_the_rows()
    {
        var (statements, settled) = (0, 0);
        var commit = new SplitCommit<int>(
            (_, _) =>
            {
                statements++;
                throw new PostgresException("no such table", "ERROR", "ERROR", PostgresErrorCodes.UndefinedTable);
            },
            (rows, _) => settled += rows.Count,
            (_, _, _) => true,
            new HastyClock());

        Assert.That(await commit.RunAsync(new int[100]), Is.InstanceOf<PostgresException>());
        Assert.That((statements, settled), Is.EqualTo((1, 100)));
    }

    [Test]
    public async Task A_single_entry_is_committed_immediately_and_later_ones_share_the_next_commit()
    {
        var fixture = new Fixture(new(100, 50));
        fixture.Group.TryAdd(1);
        await fixture.BegunAsync(1);
        foreach (var number in Enumerable.Range(2, 60))
            fixture.Group.TryAdd(number);

        fixture.Finish();
        await fixture.BegunAsync(2);
        fixture.Finish();
        await fixture.BegunAsync(3);
        fixture.Finish();
        await fixture.StopAsync();

        Assert.That(fixture.Groups, Is.EqualTo(new[] { 1, 50, 10 }));
        Assert.That(fixture.Settled, Is.EqualTo(Enumerable.Range(1, 61)));
    }

    [Test]
    public async Task When_the_queue_is_full_callers_wait_and_are_then_refused()
    {
        var clock = new FixedClock();
        var fixture = new Fixture(new(3, 10), clock);
        Assert.That(fixture.Group.TryAdd([1, 2, 3, 4]), Is.True, "larger than the queue, but the queue is empty");
        await fixture.BegunAsync(1);
        Assert.That(fixture.Group.TryAdd(5), Is.False);

        var patient = fixture.Group.AddAsync([6, 7], TimeSpan.FromSeconds(2)).AsTask();
        var impatient = fixture.Group.AddAsync([8], TimeSpan.FromSeconds(1)).AsTask();
        await Eventually.BecomesTrueAsync(() => clock.WaitingTimers == 2, "both callers wait");
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That(await impatient, Is.False);
        Assert.That(patient.IsCompleted, Is.False);
        fixture.Finish();

        Assert.That(await patient, Is.True);
        await fixture.BegunAsync(2);
        fixture.Finish();
        await fixture.StopAsync();
        Assert.That(fixture.Settled, Is.EqualTo(new[] { 1, 2, 3, 4, 6, 7 }));
    }

    [Test]
    public async Task Bytes_are_bounded_too()
    {
        var fixture = new Fixture(new(100, 10) { MaxBytes = 1_000 }, bytesOf: number => number);
        fixture.Group.TryAdd(600);
        Assert.That(fixture.Group.TryAdd(500), Is.False);
        Assert.That(fixture.Group.TryAdd(400), Is.True);
        await fixture.BegunAsync(1);
        fixture.Finish();
        await fixture.Group.FlushAsync(CancellationToken.None);

        Assert.That(fixture.Group.TryAdd(5_000), Is.True, "larger than the limit, but the queue is empty");
        await fixture.BegunAsync(2);
        fixture.Finish();
        await fixture.StopAsync();
    }

    [Test]
    public async Task Large_groups_are_committed_concurrently_and_small_ones_are_combined()
    {
        var fixture = new Fixture(new(1_000, 100) { Writers = 2, ConcurrentFrom = 50 });
        fixture.Group.TryAdd([.. Enumerable.Range(0, 60)]);
        await fixture.BegunAsync(1);
        fixture.Group.TryAdd([.. Enumerable.Range(60, 60)]);
        await fixture.BegunAsync(2);
        fixture.Group.TryAdd(120);
        fixture.Group.TryAdd(121);
        fixture.Finish();
        fixture.Finish();
        await fixture.BegunAsync(3);
        fixture.Finish();
        await fixture.StopAsync();

        Assert.That(fixture.Groups, Is.EqualTo(new[] { 60, 60, 2 }));
        Assert.That(fixture.MostAtOnce, Is.EqualTo(2));
    }

    [Test]
    public async Task Entries_that_no_caller_waits_for_are_settled_without_a_commit()
    {
        var fixture = new Fixture(new(100, 10), isWanted: number => number % 2 == 1);
        fixture.Group.TryAdd([1, 2, 3, 4, 5]);
        await fixture.BegunAsync(1);
        fixture.Finish();
        await fixture.StopAsync();

        Assert.That(fixture.Groups, Is.EqualTo(new[] { 3 }));
        Assert.That(fixture.Settled, Is.EqualTo(new[] { 1, 3, 5 }));
        Assert.That(fixture.Failed, Is.EquivalentTo(new[] { 2, 4 }));
    }

    [TestCase(1, 2)]
    [TestCase(0, 1)]
    public async Task When_the_app_stops_retries_end_after_the_limit(int patience, int least)
    {
        var clock = new HastyClock();
        var attempts = 0;
        var failed = new List<int>();
        var group = new GroupCommit<int>(
            new()
            {
                Commit = (_, _) =>
                {
                    attempts++;
                    throw new TimeoutException();
                },
                Settle = (rows, problem) => failed.AddRange(problem is null ? [] : rows),
                Limits = () => new(100, 10),
                OutageRetryLimit = TimeSpan.MaxValue,
                StopRetryLimit = TimeSpan.FromSeconds(patience),
            },
            clock);
        group.TryAdd([1, 2]);
        group.Close();

        await group.RunAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));

        Assert.That(failed, Is.EqualTo(new[] { 1, 2 }));
        Assert.That(attempts, Is.InRange(least, 20));
    }

    /// <summary>Accepts rows like a database with occasional outages: before the commit, or after it and before the answer.</summary>
    private sealed class Table<T>(Random random, HashSet<T> refused, int outagePercent)
    {
        private readonly HashSet<T> _keys = [];

        public bool LosesAnswers { get; init; } = true;

        public List<T> Rows { get; } = [];

        public int Statements { get; private set; }

        public async Task CommitAsync(ArraySegment<T> rows, int attempt)
        {
            if (random.Next(2) == 0)
                await Task.Yield();
            Statements++;
            var isAway = random.Next(100) < outagePercent;
            if (isAway && (!LosesAnswers || random.Next(2) == 0))
                throw new TimeoutException("away");
            if (rows.Any(refused.Contains))
                throw new PostgresException("no", "ERROR", "ERROR", PostgresErrorCodes.CheckViolation);
            foreach (var row in rows)
            {
                if (_keys.Add(row))
                    Rows.Add(row);
                else if (attempt == 1)
                    throw new InvalidOperationException($"{row} was committed before.");
            }

            if (isAway)
                throw new TimeoutException("the answer is lost");
        }
    }

    /// <summary>Commits that the test completes.</summary>
    private sealed class Fixture
    {
        private readonly ConcurrentQueue<TaskCompletionSource> _open = new();
        private readonly Task _running;
        private int _atOnce;

        public Fixture(GatherLimits limits, TimeProvider? clock = null, Func<int, long>? bytesOf = null, Func<int, bool>? isWanted = null)
        {
            Group = new(
                new()
                {
                    Commit = async (rows, _) =>
                    {
                        MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref _atOnce));
                        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                        _open.Enqueue(end);
                        Groups.Add(rows.Count);
                        await end.Task;
                        Interlocked.Decrement(ref _atOnce);
                    },
                    Settle = (rows, problem) =>
                    {
                        lock (Settled)
                            (problem is null ? Settled : Failed).AddRange(rows);
                    },
                    Limits = () => limits,
                    BytesOf = bytesOf,
                    IsWanted = isWanted,
                },
                clock ?? TimeProvider.System);
            _running = Group.RunAsync(CancellationToken.None);
        }

        public GroupCommit<int> Group { get; }

        public List<int> Groups { get; } = [];

        public List<int> Settled { get; } = [];

        public List<int> Failed { get; } = [];

        public int MostAtOnce { get; private set; }

        public Task BegunAsync(int count) => Eventually.BecomesTrueAsync(() => Groups.Count == count && !_open.IsEmpty, $"group {count} to begin");

        public void Finish()
        {
            _open.TryDequeue(out var open);
            open!.SetResult();
        }

        public async Task StopAsync()
        {
            Group.Close();
            await _running.WaitAsync(TimeSpan.FromSeconds(20));
        }
    }

    /// <summary>Every wait ends immediately, and the clock advances by its length.</summary>
    private sealed class HastyClock : TimeProvider
    {
        private long _ticks = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Interlocked.Read(ref _ticks);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Interlocked.Add(ref _ticks, Math.Max(dueTime.Ticks, 0));
            return System.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }
}
