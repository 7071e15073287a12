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
        using var fixture = new TrustCacheFixture(NoJitter);
        var callers = Enumerable.Range(0, 1_000).Select(_ => Task.Run(() => fixture.GetAsync())).ToList();
        await fixture.StartedAsync(1);

        fixture.Metric.Succeed(7);
        var served = await Task.WhenAll(callers);

        Assert.That(fixture.Metric.Started, Is.EqualTo(1));
        Assert.That(served.Select(Value), Is.All.EqualTo(7));
    }

    [Test]
    public async Task A_value_is_cached_for_exactly_fifteen_minutes()
    {
        using var fixture = new TrustCacheFixture(NoJitter, new ScriptedMetric { Answer = 1 });
        Assert.That((await fixture.GetAsync()).Origin, Is.EqualTo(CacheOrigin.Computed));

        fixture.Clock.Advance(TimeSpan.FromMinutes(15));
        fixture.Metric.Answer = 2;
        Assert.That(Value(await fixture.GetAsync()), Is.EqualTo(1));

        fixture.Clock.Advance(TimeSpan.FromTicks(1));
        var renewed = await fixture.GetAsync();
        Assert.That(renewed.Origin, Is.EqualTo(CacheOrigin.Computed));
        Assert.That(Value(renewed), Is.EqualTo(2));
    }

    [Test]
    public async Task An_expired_value_is_served_when_the_new_one_takes_too_long()
    {
        using var fixture = await ExpiredAsync();
        var caller = fixture.GetAsync();
        await fixture.StartedAsync(2);
        await Eventually.BecomesTrueAsync(() => fixture.Clock.WaitingTimers >= 2, "the caller to wait");

        fixture.Clock.Advance(TimeSpan.FromMilliseconds(250));
        var served = await caller;
        Assert.That(served.Origin, Is.EqualTo(CacheOrigin.Refreshing));
        Assert.That(Value(served), Is.EqualTo(1));

        fixture.Metric.Succeed(2);
        await Eventually.BecomesTrueAsync(async () => Value(await fixture.GetAsync()) == 2, "the new value");
        Assert.That(fixture.Metric.Started, Is.EqualTo(2));
    }

    [Test]
    public async Task An_expired_value_is_served_as_outdated_when_the_new_computation_fails()
    {
        using var fixture = await ExpiredAsync();
        var caller = fixture.GetAsync();
        await fixture.StartedAsync(2);
        fixture.Metric.Fail();

        Assert.That((await caller).Origin, Is.EqualTo(CacheOrigin.Stale));
        Assert.That((await fixture.GetAsync()).Origin, Is.EqualTo(CacheOrigin.Stale));
        Assert.That(fixture.Metric.Started, Is.EqualTo(2), "no retry during the pause");

        fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        fixture.Metric.Answer = 3;
        Assert.That(Value(await fixture.GetAsync()), Is.EqualTo(3));
    }

    [Test]
    public async Task A_value_beyond_the_stale_limit_is_not_served()
    {
        using var fixture = await ExpiredAsync();
        fixture.Clock.Advance(TimeSpan.FromDays(1));
        var caller = fixture.GetAsync();
        await fixture.StartedAsync(2);
        fixture.Metric.Fail();

        Assert.That((await caller).Origin, Is.EqualTo(CacheOrigin.Failed));
    }

    [Test]
    public async Task A_failed_cold_metric_is_retried_after_a_pause()
    {
        using var fixture = new TrustCacheFixture(NoJitter);
        var caller = fixture.GetAsync();
        await fixture.StartedAsync(1);
        fixture.Metric.Fail();
        Assert.That((await caller).Origin, Is.EqualTo(CacheOrigin.Failed));

        fixture.Metric.Answer = 5;
        Assert.That((await fixture.GetAsync()).Origin, Is.EqualTo(CacheOrigin.Failed));
        fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That(Value(await fixture.GetAsync()), Is.EqualTo(5));
    }

    [Test]
    public async Task A_hanging_computation_is_cancelled()
    {
        using var fixture = new TrustCacheFixture(NoJitter);
        var caller = fixture.GetAsync();
        await fixture.StartedAsync(1);

        fixture.Clock.Advance(TimeSpan.FromSeconds(10));

        Assert.That((await caller.WaitAsync(TimeSpan.FromSeconds(20))).Origin, Is.EqualTo(CacheOrigin.Failed));
    }

    [Test]
    public async Task A_cancelled_caller_does_not_stop_the_computation_for_the_others()
    {
        using var fixture = new TrustCacheFixture(NoJitter);
        using var leaving = new CancellationTokenSource();
        var leaver = fixture.GetAsync(leaving.Token);
        await fixture.StartedAsync(1);
        var stayer = fixture.GetAsync();

        await leaving.CancelAsync();
        Assert.That(async () => await leaver, Throws.InstanceOf<OperationCanceledException>());

        fixture.Metric.Succeed(4);
        Assert.That(Value(await stayer), Is.EqualTo(4));
    }

    [Test]
    public async Task A_computation_started_before_a_purge_is_not_cached()
    {
        using var fixture = new TrustCacheFixture(NoJitter);
        var before = fixture.GetAsync();
        await fixture.StartedAsync(1);
        fixture.Cache.Purge(new(null));
        var after = fixture.GetAsync();
        await fixture.StartedAsync(2);

        fixture.Metric.Succeed(1);
        Assert.That(Value(await before), Is.EqualTo(1));
        fixture.Metric.Succeed(2);
        Assert.That(Value(await after), Is.EqualTo(2));
        Assert.That(Value(await fixture.GetAsync()), Is.EqualTo(2));
    }

    [Test]
    public async Task Shortly_before_expiry_a_hit_starts_the_next_computation_without_waiting_for_it()
    {
        using var fixture = new TrustCacheFixture(new TrustOptions { CacheJitterPercent = 20 }, new ScriptedMetric { Answer = 1 });
        await fixture.GetAsync();
        fixture.Metric.Answer = null;
        fixture.Clock.Advance(TimeSpan.FromMinutes(11.9));
        await fixture.GetAsync();
        Assert.That(fixture.Metric.Started, Is.EqualTo(1));

        fixture.Clock.Advance(TimeSpan.FromMinutes(3.1));
        Assert.That((await fixture.GetAsync()).Origin, Is.EqualTo(CacheOrigin.Cached));
        await fixture.StartedAsync(2);

        fixture.Metric.Succeed(2);
        await Eventually.BecomesTrueAsync(async () => Value(await fixture.GetAsync()) == 2, "the new value");
    }

    [Test]
    public async Task A_purge_returns_the_purged_ids()
    {
        using var fixture = new TrustCacheFixture(
            NoJitter, new ScriptedMetric { Id = "b", Answer = 1 }, new ScriptedMetric { Id = "a", Answer = 1 }, new ScriptedMetric { Id = "c" });
        await fixture.Cache.GetAsync("b", CancellationToken.None);
        await fixture.Cache.GetAsync("a", CancellationToken.None);

        Assert.That(fixture.Cache.Purge(new("c")).PurgedMetricIds, Is.EqualTo(new[] { "c" }), "an id is returned even if it had no value");
        Assert.That(fixture.Cache.Purge(new("nobody's")).PurgedMetricIds, Is.EqualTo(new[] { "nobody's" }));
        Assert.That(fixture.Cache.Purge(new(null)).PurgedMetricIds, Is.EqualTo(new[] { "a", "b" }));
        Assert.That(fixture.Cache.Purge(new(null)).PurgedMetricIds, Is.Empty);
    }

    private static async Task<TrustCacheFixture> ExpiredAsync()
    {
        var fixture = new TrustCacheFixture(NoJitter, new ScriptedMetric { Answer = 1 });
        await fixture.GetAsync();
        fixture.Metric.Answer = null;
        fixture.Clock.Advance(TimeSpan.FromMinutes(16));
        return fixture;
    }

    private static double? Value(CacheResult<MetricReading> served) => served.Held?.Value.Value;
}
