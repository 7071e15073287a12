using Smplat.Tests.Support;

namespace Smplat.Tests.LocalHost.Hosting;

public sealed class TimerMonitorTests
{
    private const string EveryFive = "TICK=0 */5 * * * *";
    private static readonly TimeSpan FiveMinutes = TimeSpan.FromMinutes(5);

    [Test]
    public async Task A_missed_occurrence_runs_once_after_a_pause()
    {
        using var rig = new TimerFixture();
        await using (await RunOnceAsync(rig))
        {
        }

        rig.Clock.Advance(TimeSpan.FromMinutes(17));
        await using var again = await rig.StartAsync(EveryFive);

        await rig.RunsAreAsync("tick 09:05:00 last 00:00 next 09:05", "tick 09:22:00 late last 09:05 next 09:10");
        await rig.AdvanceAsync(TimeSpan.FromMinutes(3));
        await rig.RunsAreAsync(
            "tick 09:05:00 last 00:00 next 09:05", "tick 09:22:00 late last 09:05 next 09:10", "tick 09:25:00 last 09:22 next 09:25");
    }

    [Test]
    public async Task A_pause_without_an_occurrence_causes_no_run()
    {
        using var rig = new TimerFixture();
        await using (await RunOnceAsync(rig))
        {
        }

        rig.Clock.Advance(TimeSpan.FromMinutes(4));
        await using var again = await rig.StartAsync(EveryFive);
        await rig.AdvanceAsync(TimeSpan.FromMinutes(1));

        await rig.RunsAreAsync("tick 09:05:00 last 00:00 next 09:05", "tick 09:10:00 last 09:05 next 09:10");
    }

    [Test]
    public async Task An_occurrence_missed_before_the_first_run_runs_too()
    {
        using var rig = new TimerFixture();
        await using (await rig.StartAsync(EveryFive))
        {
            await Eventually.BecomesTrueAsync(() => rig.Clock.WaitingTimers > 0, "the timer waits");
        }

        rig.Clock.Advance(TimeSpan.FromMinutes(6));
        await using var again = await rig.StartAsync(EveryFive);

        await rig.RunsAreAsync("tick 09:06:00 late last 00:00 next 09:05");
    }

    [Test]
    public async Task A_changed_schedule_counts_from_the_last_run()
    {
        using var rig = new TimerFixture();
        await using (await RunOnceAsync(rig))
        {
        }

        rig.Clock.Advance(TimeSpan.FromMinutes(17));
        await using var again = await rig.StartAsync("TICK=0 30 * * * *");
        await rig.AdvanceAsync(TimeSpan.FromMinutes(8));

        await rig.RunsAreAsync("tick 09:05:00 last 00:00 next 09:05", "tick 09:30:00 last 09:05 next 09:30");
    }

    [TestCase("")]
    [TestCase("{ half")]
    [TestCase("null")]
    public async Task An_unreadable_schedule_status_is_ignored(string content)
    {
        using var rig = new TimerFixture();
        Directory.CreateDirectory(Path.GetDirectoryName(rig.File("Tick.json"))!);
        await File.WriteAllTextAsync(rig.File("Tick.json"), content);

        await using var host = await RunOnceAsync(rig);

        Assert.That(await File.ReadAllTextAsync(rig.File("Tick.json")), Does.Contain("09:05"));
    }

    [Test]
    public async Task Of_two_apps_one_runs_the_timer_and_the_other_takes_over()
    {
        using var rig = new TimerFixture();
        var first = await rig.StartAsync(EveryFive);
        await Eventually.BecomesTrueAsync(() => File.Exists(rig.File("Tick.json")), "the first app holds the timer");
        await using var second = await rig.StartAsync(EveryFive);

        await rig.AdvanceAsync(FiveMinutes, waiting: 2);
        await rig.RunsAreAsync("tick 09:05:00 last 00:00 next 09:05");
        await Eventually.BecomesTrueAsync(() => rig.Clock.WaitingTimers >= 2, "both wait again");
        await first.DisposeAsync();
        await rig.AdvanceAsync(TimeSpan.FromSeconds(1));
        await Eventually.BecomesTrueAsync(() => rig.Clock.WaitingTimers > 0, "the second app waits for the next occurrence");
        await rig.AdvanceAsync(FiveMinutes);

        await rig.RunsAreAsync("tick 09:05:00 last 00:00 next 09:05", "tick 09:10:01 last 09:05 next 09:10");
    }

    private static async Task<TestHost> RunOnceAsync(TimerFixture rig)
    {
        var host = await rig.StartAsync(EveryFive);
        await rig.AdvanceAsync(FiveMinutes);
        await rig.RunsAreAsync("tick 09:05:00 last 00:00 next 09:05");
        await Eventually.BecomesTrueAsync(() => rig.Clock.WaitingTimers > 0, "the timer waits for the next occurrence");
        return host;
    }
}
