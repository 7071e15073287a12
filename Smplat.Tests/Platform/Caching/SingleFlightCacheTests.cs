using System.Collections.Concurrent;
using FsCheck;
using FsCheck.Fluent;
using Smplat.Core.Platform.Caching;
using Smplat.Tests.Support;

namespace Smplat.Tests.Platform.Caching;

[Parallelizable(ParallelScope.All)]
public sealed class SingleFlightCacheTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <summary>Many threads call, and some stop waiting: no key is computed twice, and every other caller gets its value.</summary>
    [Test]
    public void Each_key_is_computed_once_however_many_callers_ask_and_leave()
    {
        var cases = from keys in Gen.Choose(1, 5)
                    from callers in Gen.Choose(1, 60)
                    from seed in Gen.Choose(0, 1_000_000)
                    select (keys, callers, seed);
        Prop.ForAll(cases.ToArbitrary(), entry => RunAsync(entry.keys, entry.callers, entry.seed).GetAwaiter().GetResult())
            .QuickCheckThrowOnFailure();

        static async Task<bool> RunAsync(int keys, int callers, int seed)
        {
            var random = new Random(seed);
            var cache = new SingleFlightCache<string>(new(100), TimeProvider.System, cancelsAbandoned: false);
            var computed = new ConcurrentDictionary<string, int>();
            var plans = Enumerable.Range(0, callers).Select(_ => (Key: $"k{random.Next(keys)}", Leaves: random.Next(4) == 0)).ToArray();
            var ok = await Task.WhenAll(plans.Select(plan => Task.Run(async () =>
            {
                using var leaving = new CancellationTokenSource();
                var asked = cache.GetAsync(
                    plan.Key,
                    async _ =>
                    {
                        computed.AddOrUpdate(plan.Key, 1, (_, count) => count + 1);
                        await Task.Yield();
                        return new Computed<string>(plan.Key, Hour);
                    },
                    default,
                    leaving.Token).AsTask();
                if (plan.Leaves)
                    await leaving.CancelAsync();
                try
                {
                    return (await asked).Held?.Value == plan.Key;
                }
                catch (OperationCanceledException)
                {
                    return plan.Leaves;
                }
            })));
            await Eventually.BecomesTrueAsync(
                () => plans.All(plan => cache.Find(plan.Key) is not null), "started work finishes, with or without callers");
            return ok.All(is_ok => is_ok) && computed.All(key => key.Value == 1);
        }
    }

    [Test]
    public void It_never_exceeds_its_bounds_and_holds_the_latest_values()
    {
        var step = from key in Gen.Choose(0, 30)
                   from bytes in Gen.Choose(0, 60)
                   from seconds in Gen.Choose(0, 20)
                   from wait in Gen.Choose(0, 3)
                   select (Key: $"k{key}", Bytes: bytes, Seconds: seconds, Wait: wait);
        var cases = from entries in Gen.Choose(1, 12)
                    from bytes in Gen.Choose(1, 200)
                    from steps in step.ListOf(150)
                    select (entries, bytes, steps);
        Prop.ForAll(cases.ToArbitrary(), entry =>
        {
            var clock = new FixedClock();
            var cache = new SingleFlightCache<int>(new(entry.entries, entry.bytes), clock);
            var kept = new Dictionary<string, (int Value, int Bytes, DateTimeOffset Until)>();
            var number = 0;
            foreach (var (key, bytes, seconds, wait) in entry.steps)
            {
                clock.Advance(TimeSpan.FromSeconds(wait));
                number++;
                cache.Keep(key, new(number, TimeSpan.FromSeconds(seconds), bytes));
                if (seconds > 0)
                    kept[key] = (number, bytes, clock.GetUtcNow().AddSeconds(seconds));
                var found = kept.Where(pair => cache.Find(pair.Key) is not null).ToArray();
                if (cache.Count > entry.entries || cache.Bytes > entry.bytes || found.Length > cache.Count
                    || found.Sum(pair => pair.Value.Bytes) > cache.Bytes
                    || found.Any(pair => cache.Find(pair.Key)!.Value != pair.Value.Value || pair.Value.Until < clock.GetUtcNow())
                    || (seconds > 0 && bytes <= entry.bytes && cache.Find(key) is null))
                    return false;
            }

            return true;
        }).QuickCheckThrowOnFailure();
    }

    [Test]
    public async Task Bounds_hold_during_concurrent_writes()
    {
        var cache = new SingleFlightCache<int>(new(50, 1_000), TimeProvider.System);
        var writing = Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(() =>
        {
            for (var i = 0; i < 20_000; i++)
                cache.Keep($"k{(i * 7 + writer) % 300}", new(i, Hour, i % 90));
        })));
        var worst = (Count: 0, Bytes: 0L);
        while (!writing.IsCompleted)
            worst = (Math.Max(worst.Count, cache.Count), Math.Max(worst.Bytes, cache.Bytes));
        await writing;

        Assert.That(worst.Count, Is.LessThanOrEqualTo(50));
        Assert.That(worst.Bytes, Is.LessThanOrEqualTo(1_000));
        Assert.That(cache.Bytes, Is.EqualTo(Enumerable.Range(0, 300).Select(k => cache.Find($"k{k}")?.Value % 90 ?? 0).Sum()));
    }

    /// <summary>The source changes, then the cache is purged. Later callers never see the old value.</summary>
    [Test]
    public async Task No_caller_after_a_purge_gets_a_value_from_before_it()
    {
        var cache = new SingleFlightCache<long>(new(10), TimeProvider.System);
        var (fact, purged, isOver, answered) = (0L, 0L, false, 0L);
        var readers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var tooOld = 0;
            while (!Volatile.Read(ref isOver))
            {
                var least = Volatile.Read(ref purged);
                var answer = await cache.GetAsync(
                    "k",
                    async _ =>
                    {
                        var seen = Volatile.Read(ref fact);
                        await Task.Yield();
                        return new Computed<long>(seen, Hour);
                    },
                    default,
                    CancellationToken.None);
                Interlocked.Increment(ref answered);
                if (answer.Held!.Value < least)
                    tooOld++;
            }

            return tooOld;
        })).ToArray();
        // On a busy machine the readers may start late, so it runs until they have seen many purges.
        for (var version = 1L; version <= 3_000 || Interlocked.Read(ref answered) < 500; version++)
        {
            Volatile.Write(ref fact, version);
            cache.Purge("k");
            Volatile.Write(ref purged, version);
            if (version % 3 == 0)
                await Task.Yield();
        }

        Volatile.Write(ref isOver, true);
        var results = await Task.WhenAll(readers);

        Assert.That(results.Sum(), Is.Zero);
    }

    [Test]
    public async Task A_computation_overtaken_by_a_purge_answers_its_callers_and_is_not_stored()
    {
        var cache = new SingleFlightCache<int>(new(10), new FixedClock());
        var slow = new TaskCompletionSource<Computed<int>>();
        var before = cache.GetAsync("k", _ => slow.Task, default, CancellationToken.None);

        Assert.That(cache.Purge("k"), Is.False, "there was no value");
        var after = await cache.GetAsync("k", _ => Value(2), default, CancellationToken.None);
        slow.SetResult(new(1, Hour));

        Assert.That((await before).Held!.Value, Is.EqualTo(1));
        Assert.That(after.Held!.Value, Is.EqualTo(2));
        Assert.That(cache.Find("k")!.Value, Is.EqualTo(2));
    }

    [Test]
    public async Task Abandoned_work_is_cancelled_and_the_next_caller_starts_again()
    {
        var cache = new SingleFlightCache<int>(new(10), new FixedClock());
        var cancelled = new TaskCompletionSource();
        using var only = new CancellationTokenSource();
        var running = cache.GetAsync(
            "k",
            async token =>
            {
                await using var registration = token.Register(cancelled.SetResult);
                await Task.Delay(Timeout.InfiniteTimeSpan, token);
                return new Computed<int>(0, Hour);
            },
            default,
            only.Token);

        await only.CancelAsync();

        Assert.That(async () => await running, Throws.InstanceOf<OperationCanceledException>());
        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.That((await cache.GetAsync("k", _ => Value(7), default, CancellationToken.None)).Held!.Value, Is.EqualTo(7));
    }

    [Test]
    public async Task A_leader_that_leaves_does_not_affect_the_others()
    {
        var cache = new SingleFlightCache<int>(new(10), new FixedClock());
        var slow = new TaskCompletionSource<Computed<int>>();
        using var impatient = new CancellationTokenSource();
        var leader = cache.GetAsync("k", token => slow.Task.WaitAsync(token), default, impatient.Token);
        var follower = cache.GetAsync("k", _ => throw new InvalidOperationException("computed twice"), default, CancellationToken.None);

        await impatient.CancelAsync();
        Assert.That(async () => await leader, Throws.InstanceOf<OperationCanceledException>());
        slow.SetResult(new(7, Hour));

        var answer = await follower;
        Assert.That((answer.Held!.Value, answer.HasJoined, answer.HasStarted), Is.EqualTo((7, true, false)));
    }

    [Test]
    public async Task A_failure_is_never_stored_and_keeps_the_last_good_value_with_its_true_age()
    {
        var clock = new FixedClock();
        var cache = new SingleFlightCache<int>(new(10), clock);
        var policy = new CachePolicy { StaleLimit = TimeSpan.FromHours(3), RefreshWait = TimeSpan.FromHours(9), FailurePause = TimeSpan.FromSeconds(5) };
        var began = clock.GetUtcNow();
        await cache.GetAsync(
            "k",
            _ =>
            {
                clock.Advance(TimeSpan.FromMinutes(1));
                return Value(1);
            },
            policy,
            CancellationToken.None);
        clock.Advance(TimeSpan.FromHours(2));

        var outdated = await cache.GetAsync("k", _ => throw new IOException("no"), policy, CancellationToken.None);
        var paused = await cache.GetAsync("k", _ => Value(2), policy, CancellationToken.None);
        var unwilling = await cache.GetAsync("k", _ => Value(2), policy with { StaleLimit = Hour }, CancellationToken.None);
        clock.Advance(TimeSpan.FromSeconds(5));
        var recovered = await cache.GetAsync("k", _ => Value(3), policy, CancellationToken.None);

        Assert.That((outdated.Origin, outdated.Held!.Value, outdated.Held.ComputedAt), Is.EqualTo((CacheOrigin.Stale, 1, began)));
        Assert.That(outdated.Error, Is.InstanceOf<IOException>());
        Assert.That((paused.Origin, paused.Held!.Value), Is.EqualTo((CacheOrigin.Stale, 1)));
        Assert.That((unwilling.Origin, unwilling.Held), Is.EqualTo((CacheOrigin.Failed, (CachedValue<int>?)null)));
        Assert.That((recovered.Origin, recovered.Held!.Value), Is.EqualTo((CacheOrigin.Computed, 3)));
    }

    [Test]
    public async Task Values_expire_after_their_lifetime_and_one_without_a_lifetime_is_not_stored()
    {
        var clock = new FixedClock();
        var cache = new SingleFlightCache<int>(new(10), clock);
        await cache.GetAsync("short", _ => Value(1, TimeSpan.FromMinutes(1)), default, CancellationToken.None);
        await cache.GetAsync("long", _ => Value(2), default, CancellationToken.None);
        await cache.GetAsync("none", _ => Value(3, TimeSpan.Zero), default, CancellationToken.None);

        clock.Advance(TimeSpan.FromMinutes(2));

        Assert.That((cache.Find("short"), cache.Find("none")), Is.EqualTo(((CachedValue<int>?)null, (CachedValue<int>?)null)));
        Assert.That(cache.Find("long")!.Value, Is.EqualTo(2));
    }

    [Test]
    public async Task Early_refreshes_are_spread_over_the_end_of_the_lifetime()
    {
        var clock = new FixedClock();
        var cache = new SingleFlightCache<int>(new(1_000), clock);
        for (var key = 0; key < 1_000; key++)
            cache.Keep($"k{key}", new(key, TimeSpan.FromMinutes(100), EarlyShare: 0.2));

        var started = new List<int>();
        foreach (var _ in Enumerable.Range(0, 3))
        {
            clock.Advance(started.Count == 0 ? TimeSpan.FromMinutes(80) : TimeSpan.FromMinutes(10));
            var count = 0;
            for (var key = 0; key < 1_000; key++)
                count += (await cache.GetAsync($"k{key}", Never, default, CancellationToken.None)).HasStarted ? 1 : 0;
            started.Add(count);
        }

        Assert.That(started[0], Is.Zero, "not before the last fifth");
        Assert.That(started[1], Is.InRange(400, 600), "half of them by the middle of it");
        Assert.That(started.Sum(), Is.EqualTo(1_000), "all by the end of it, each once");

        static Task<Computed<int>> Never(CancellationToken cancellationToken) => new TaskCompletionSource<Computed<int>>().Task;
    }

    [Test]
    public void A_full_cache_evicts_expired_values_before_the_oldest()
    {
        var clock = new FixedClock();
        var cache = new SingleFlightCache<int>(new(10), clock);
        cache.Keep("oldest", new(0, Hour));
        for (var key = 1; key < 10; key++)
            cache.Keep($"k{key}", new(key, TimeSpan.FromSeconds(1)));
        clock.Advance(TimeSpan.FromSeconds(2));

        cache.Keep("new", new(10, Hour));

        Assert.That(cache.Find("oldest"), Is.Not.Null);
        Assert.That(cache.Count, Is.EqualTo(2));
    }

    [Test]
    public async Task Dropping_a_value_keeps_its_successor()
    {
        var cache = new SingleFlightCache<string>(new(10), new FixedClock());
        cache.Keep("k", new("old", Hour));
        await cache.GetAsync("k", _ => Task.FromResult(new Computed<string>("new", Hour)), new() { Fresh = true }, CancellationToken.None);

        cache.Drop("k", "old");
        Assert.That(cache.Find("k")!.Value, Is.EqualTo("new"));
        cache.Drop("k", "new");
        Assert.That(cache.Find("k"), Is.Null);
    }

    private static Task<Computed<int>> Value(int value, TimeSpan? lifetime = null) => Task.FromResult(new Computed<int>(value, lifetime ?? Hour));
}
