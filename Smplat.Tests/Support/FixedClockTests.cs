namespace Smplat.Tests.Support;

public sealed class FixedClockTests
{
    [Test]
    public async Task A_delay_ends_when_the_clock_passes_it()
    {
        var clock = new FixedClock();
        var delay = Task.Delay(TimeSpan.FromMinutes(5), clock);

        clock.Advance(TimeSpan.FromMinutes(4));
        Assert.That(delay.IsCompleted, Is.False);

        clock.Advance(TimeSpan.FromMinutes(1));
        await delay.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.That(clock.WaitingTimers, Is.Zero);
    }

    [Test]
    public void A_periodic_timer_fires_once_for_every_period_that_passes_at_its_own_time()
    {
        var clock = new FixedClock();
        var start = clock.GetUtcNow();
        var seen = new List<TimeSpan>();
        using var timer = clock.CreateTimer(
            _ => seen.Add(clock.GetUtcNow() - start), null, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30));

        clock.Advance(TimeSpan.FromSeconds(75));

        Assert.That(seen.Select(at => at.TotalSeconds), Is.EqualTo(new[] { 10.0, 40.0, 70.0 }));
        Assert.That(clock.GetUtcNow() - start, Is.EqualTo(TimeSpan.FromSeconds(75)));
    }

    [Test]
    public void Elapsed_time_follows_the_clock()
    {
        var clock = new FixedClock();
        var begin = clock.GetTimestamp();

        clock.Advance(TimeSpan.FromMilliseconds(1500));

        Assert.That(clock.GetElapsedTime(begin), Is.EqualTo(TimeSpan.FromSeconds(1.5)));
    }

    [Test]
    public void A_timer_with_no_delay_fires_at_once_and_a_disposed_one_never()
    {
        var clock = new FixedClock();
        var fired = 0;
        using var now = clock.CreateTimer(_ => fired++, null, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        var later = clock.CreateTimer(_ => fired += 100, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);

        later.Dispose();
        clock.Advance(TimeSpan.FromSeconds(2));

        Assert.That(fired, Is.EqualTo(1));
    }
}
