using Smplat.Core.Platform.Caching;
using Smplat.Core.Trust;
using Smplat.Tests.Support;

namespace Smplat.Tests.Trust;

[Parallelizable(ParallelScope.All)]
public sealed class TrustMetricCacheTests
{
    private static readonly TrustOptions NoJitter = new() { CacheJitterPercent = 0 };

    [Test]
    public async Task Callers_of_a_cold_metric_share_one_computation()
    {
        using var lab = new CacheLab(NoJitter);
        var callers = Enumerable.Range(0, 1_000).Select(_ => Task.Run(() => lab.GetAsync())).ToList();
        await lab.StartedAsync(1);

        lab.Metric.Succeed(7);
        var served = await Task.WhenAll(callers);

        Assert.That(lab.Metric.Started, Is.EqualTo(1));
        Assert.That(served.Select(Value), Is.All.EqualTo(7));
    }

    [Test]
    public async Task A_value_is_remembered_for_fifteen_minutes_to_the_tick()
    {
        using var lab = new CacheLab(NoJitter, new ScriptedMetric { Answer = 1 });
        Assert.That((await lab.GetAsync()).Origin, Is.EqualTo(CacheOrigin.Computed));

        lab.Clock.Advance(TimeSpan.FromMinutes(15));
        lab.Metric.Answer = 2;
        Assert.That(Value(await lab.GetAsync()), Is.EqualTo(1));

        lab.Clock.Advance(TimeSpan.FromTicks(1));
        var renewed = await lab.GetAsync();
        Assert.That(renewed.Origin, Is.EqualTo(CacheOrigin.Computed));
        Assert.That(Value(renewed), Is.EqualTo(2));
    }

    [Test]
    public async Task An_expired_value_is_served_when_its_successor_takes_too_long()
    {
        using var lab = await ExpiredAsync();
        var caller = lab.GetAsync();
        await lab.StartedAsync(2);
        await Eventually.BecomesTrueAsync(() => lab.Clock.WaitingTimers >= 2, "the caller to wait");

        lab.Clock.Advance(TimeSpan.FromMilliseconds(250));
        var served = await caller;
        Assert.That(served.Origin, Is.EqualTo(CacheOrigin.Refreshing));
        Assert.That(Value(served), Is.EqualTo(1));

        lab.Metric.Succeed(2);
        await Eventually.BecomesTrueAsync(async () => Value(await lab.GetAsync()) == 2, "the new value");
        Assert.That(lab.Metric.Started, Is.EqualTo(2));
    }

    [Test]
    public async Task An_expired_value_is_served_as_outdated_when_its_successor_fails()
    {
        using var lab = await ExpiredAsync();
        var caller = lab.GetAsync();
        await lab.StartedAsync(2);
        lab.Metric.Fail();

        Assert.That((await caller).Origin, Is.EqualTo(CacheOrigin.Stale));
        Assert.That((await lab.GetAsync()).Origin, Is.EqualTo(CacheOrigin.Stale));
        Assert.That(lab.Metric.Started, Is.EqualTo(2), "tries pause after a failure");

        lab.Clock.Advance(TimeSpan.FromSeconds(1));
        lab.Metric.Answer = 3;
        Assert.That(Value(await lab.GetAsync()), Is.EqualTo(3));
    }

    [Test]
    public async Task A_value_that_is_too_old_to_show_is_not_shown()
    {
        using var lab = await ExpiredAsync();
        lab.Clock.Advance(TimeSpan.FromDays(1));
        var caller = lab.GetAsync();
        await lab.StartedAsync(2);
        lab.Metric.Fail();

        Assert.That((await caller).Origin, Is.EqualTo(CacheOrigin.Failed));
    }

    [Test]
    public async Task A_cold_metric_that_fails_is_failed_and_tried_again_after_a_pause()
    {
        using var lab = new CacheLab(NoJitter);
        var caller = lab.GetAsync();
        await lab.StartedAsync(1);
        lab.Metric.Fail();
        Assert.That((await caller).Origin, Is.EqualTo(CacheOrigin.Failed));

        lab.Metric.Answer = 5;
        Assert.That((await lab.GetAsync()).Origin, Is.EqualTo(CacheOrigin.Failed));
        lab.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That(Value(await lab.GetAsync()), Is.EqualTo(5));
    }

    [Test]
    public async Task A_computation_that_hangs_is_given_up()
    {
        using var lab = new CacheLab(NoJitter);
        var caller = lab.GetAsync();
        await lab.StartedAsync(1);

        lab.Clock.Advance(TimeSpan.FromSeconds(10));

        Assert.That((await caller.WaitAsync(TimeSpan.FromSeconds(20))).Origin, Is.EqualTo(CacheOrigin.Failed));
    }

    [Test]
    public async Task A_caller_that_leaves_does_not_stop_the_computation_of_the_others()
    {
        using var lab = new CacheLab(NoJitter);
        using var leaving = new CancellationTokenSource();
        var leaver = lab.GetAsync(leaving.Token);
        await lab.StartedAsync(1);
        var stayer = lab.GetAsync();

        await leaving.CancelAsync();
        Assert.That(async () => await leaver, Throws.InstanceOf<OperationCanceledException>());

        lab.Metric.Succeed(4);
        Assert.That(Value(await stayer), Is.EqualTo(4));
    }

    [Test]
    public async Task What_began_before_a_purge_is_not_remembered_after_it()
    {
        using var lab = new CacheLab(NoJitter);
        var before = lab.GetAsync();
        await lab.StartedAsync(1);
        lab.Cache.Purge(null);
        var after = lab.GetAsync();
        await lab.StartedAsync(2);

        lab.Metric.Succeed(1);
        Assert.That(Value(await before), Is.EqualTo(1));
        lab.Metric.Succeed(2);
        Assert.That(Value(await after), Is.EqualTo(2));
        Assert.That(Value(await lab.GetAsync()), Is.EqualTo(2));
    }

    [Test]
    public async Task Towards_its_end_a_hit_starts_the_next_computation_and_does_not_wait_for_it()
    {
        using var lab = new CacheLab(new TrustOptions { CacheJitterPercent = 20 }, new ScriptedMetric { Answer = 1 });
        await lab.GetAsync();
        lab.Metric.Answer = null;
        lab.Clock.Advance(TimeSpan.FromMinutes(11.9));
        await lab.GetAsync();
        Assert.That(lab.Metric.Started, Is.EqualTo(1));

        lab.Clock.Advance(TimeSpan.FromMinutes(3.1));
        Assert.That((await lab.GetAsync()).Origin, Is.EqualTo(CacheOrigin.Cached));
        await lab.StartedAsync(2);

        lab.Metric.Succeed(2);
        await Eventually.BecomesTrueAsync(async () => Value(await lab.GetAsync()) == 2, "the new value");
    }

    [Test]
    public async Task A_purge_names_what_it_forgot()
    {
        using var lab = new CacheLab(
            NoJitter, new ScriptedMetric { Id = "b", Answer = 1 }, new ScriptedMetric { Id = "a", Answer = 1 }, new ScriptedMetric { Id = "c" });
        await lab.Cache.GetAsync("b", CancellationToken.None);
        await lab.Cache.GetAsync("a", CancellationToken.None);

        Assert.That(lab.Cache.Purge("c"), Is.EqualTo(new[] { "c" }), "an id is named even if nothing was held");
        Assert.That(lab.Cache.Purge("nobody's"), Is.EqualTo(new[] { "nobody's" }));
        Assert.That(lab.Cache.Purge(null), Is.EqualTo(new[] { "a", "b" }));
        Assert.That(lab.Cache.Purge(null), Is.Empty);
    }

    private static async Task<CacheLab> ExpiredAsync()
    {
        var lab = new CacheLab(NoJitter, new ScriptedMetric { Answer = 1 });
        await lab.GetAsync();
        lab.Metric.Answer = null;
        lab.Clock.Advance(TimeSpan.FromMinutes(16));
        return lab;
    }

    private static double? Value(CacheResult<MetricReading> served) => served.Held?.Value.Value;
}
