using Smplat.Tests.Support;

namespace Smplat.Tests.LocalHost.Hosting;

public sealed class TimerRunTests
{
    private static readonly TimeSpan FiveMinutes = TimeSpan.FromMinutes(5);

    [Test]
    public async Task A_timer_runs_on_its_schedule_and_receives_its_last_run()
    {
        using var rig = new TimerFixture();
        await using var host = await rig.StartAsync("TICK=0 */5 * * * *");

        await rig.AdvanceAsync(FiveMinutes);
        await rig.RunsAreAsync("tick 09:05:00 last 00:00 next 09:05");
        await rig.AdvanceAsync(FiveMinutes);

        await rig.RunsAreAsync("tick 09:05:00 last 00:00 next 09:05", "tick 09:10:00 last 09:05 next 09:10");
    }

    [Test]
    public async Task A_run_that_takes_longer_than_the_interval_delays_the_next_one()
    {
        using var rig = new TimerFixture();
        var gate = rig.Gate = new();
        await using var host = await rig.StartAsync("TICK=0 */5 * * * *");
        await rig.AdvanceAsync(FiveMinutes);
        await gate.Entered.Task;

        rig.Clock.Advance(TimeSpan.FromMinutes(12));
        gate.Opened.SetResult();
        await rig.AdvanceAsync(TimeSpan.FromMinutes(3));

        await rig.RunsAreAsync("tick 09:05:00 last 00:00 next 09:05", "tick 09:20:00 last 09:05 next 09:20");
    }

    [Test]
    public async Task A_failed_run_does_not_change_the_schedule()
    {
        using var rig = new TimerFixture { Fails = true };
        await using var host = await rig.StartAsync("TICK=0 */5 * * * *");

        await rig.AdvanceAsync(FiveMinutes);
        await rig.RunsAreAsync("tick 09:05:00 last 00:00 next 09:05");
        await rig.AdvanceAsync(FiveMinutes);

        await rig.RunsAreAsync("tick 09:05:00 last 00:00 next 09:05", "tick 09:10:00 last 09:05 next 09:10");
        await host.LoggedAsync("fail Host: Tick failed: tick failed");
    }

    [Test]
    public async Task A_timer_faster_than_a_minute_has_no_monitor()
    {
        using var rig = new TimerFixture();
        await using var host = await rig.StartAsync("TICK=*/20 * * * * *");

        await rig.AdvanceAsync(TimeSpan.FromSeconds(20));

        await rig.RunsAreAsync("tick 09:00:20 last none next none");
        Assert.That(File.Exists(rig.File("Tick.json")), Is.False);
    }

    [Test]
    public async Task A_timer_without_UseMonitor_has_no_monitor()
    {
        using var rig = new TimerFixture();
        await using var host = await rig.StartAsync("UNWATCHED=0 */5 * * * *");

        await rig.AdvanceAsync(FiveMinutes);

        await rig.RunsAreAsync("unwatched 09:05:00 last none next none");
        Assert.That(File.Exists(rig.File("Unwatched.json")), Is.False);
    }

    [Test]
    public async Task A_timer_with_RunOnStartup_runs_at_every_start()
    {
        using var rig = new TimerFixture();
        await using var host = await rig.StartAsync("AT_START=0 0 12 * * *");

        await rig.RunsAreAsync("at start 09:00:00 last none next none");
    }

    [Test]
    public async Task Schedules_follow_the_time_zone_of_the_host()
    {
        using var rig = new TimerFixture { Zone = TimeZoneInfo.FindSystemTimeZoneById("America/New_York") };
        await using var host = await rig.StartAsync("TICK=0 0 5 * * *");

        await rig.AdvanceAsync(TimeSpan.FromHours(1));

        await rig.RunsAreAsync("tick 10:00:00 last 00:00 next 05:00");
    }

    [Test]
    public async Task Without_a_folder_no_timer_runs()
    {
        var diary = new Diary();
        var worker = new FakeWorker().Timer("AtStart", "0 0 12 * * *", call =>
        {
            diary.Write(call.Request.FunctionId);
            return Task.CompletedTask;
        }, runOnStartup: true);

        await using (var host = await TestHost.StartAsync(worker))
        {
            Assert.That(host.Host.Timers, Is.Empty);
        }

        Assert.That(diary.Entries, Is.Empty);
    }

    [Test]
    public async Task A_disabled_timer_does_not_run_and_the_others_do()
    {
        using var rig = new TimerFixture();
        await using var host = await rig.StartAsync(
            "TICK=0 */5 * * * *", "UNWATCHED=0 */5 * * * *", "AzureWebJobs.Tick.Disabled=true");

        await rig.AdvanceAsync(FiveMinutes);
        await rig.RunsAreAsync("unwatched 09:05:00 last none next none");
        await rig.AdvanceAsync(FiveMinutes);

        await rig.RunsAreAsync("unwatched 09:05:00 last none next none", "unwatched 09:10:00 last none next none");
    }

    [Test]
    public async Task A_missing_schedule_setting_affects_only_its_own_function()
    {
        using var rig = new TimerFixture();
        await using var host = await rig.StartAsync("UNWATCHED=0 */5 * * * *", "AT_START=not cron");

        await rig.AdvanceAsync(FiveMinutes);

        await rig.RunsAreAsync("unwatched 09:05:00 last none next none");
        Assert.That(
            host.Log.Entries,
            Has.One.EndsWith("fail Host: Timer function Tick cannot start: the setting TICK in its schedule is missing."));
        Assert.That(
            host.Log.Entries,
            Has.One.Contains("fail Host: Timer function AtStart cannot start: \"not cron\" is not a schedule"));
    }

    [Test]
    public async Task The_admin_route_runs_a_timer_without_changing_its_schedule()
    {
        using var rig = new TimerFixture();
        await using var host = await rig.StartAsync("TICK=0 0 12 * * *");

        Assert.That(await host.PostJsonAsync("/admin/functions/Tick", """{"input":""}"""), Is.EqualTo("202"));

        await rig.RunsAreAsync("tick 09:00:00 last none next none");
        await rig.AdvanceAsync(TimeSpan.FromHours(3));
        await rig.RunsAreAsync("tick 09:00:00 last none next none", "tick 12:00:00 last 00:00 next 12:00");
    }

    [Test]
    public async Task A_replaced_worker_hands_over_its_timers_without_an_extra_run()
    {
        using var rig = new TimerFixture();
        await using var host = await rig.StartAsync("TICK=0 */5 * * * *");
        await rig.AdvanceAsync(FiveMinutes);
        await rig.RunsAreAsync("tick 09:05:00 last 00:00 next 09:05");
        await rig.WaitAsync();

        host.Host.ReplaceWorker();
        await Eventually.BecomesTrueAsync(() => host.Worker.Instances.Count == 2 && host.Worker.Instances[0].Ended.IsCompleted, "the worker is replaced");
        await rig.AdvanceAsync(FiveMinutes);

        await rig.RunsAreAsync("tick 09:05:00 last 00:00 next 09:05", "tick 09:10:00 last 09:05 next 09:10");
    }

    [Test]
    public async Task Timers_continue_after_the_worker_has_crashed()
    {
        using var rig = new TimerFixture();
        await using var host = await rig.StartAsync("TICK=0 */5 * * * *");
        await rig.WaitAsync();

        await host.Worker.Current.CrashAsync();
        await host.LoggedAsync("The worker is running again.");
        await rig.AdvanceAsync(FiveMinutes);

        await rig.RunsAreAsync("tick 09:05:00 last 00:00 next 09:05");
    }
}
