namespace Smplat.Tests.LocalHost.Timers;

public sealed class TimerRunTests
{
    private static readonly TimeSpan FiveMinutes = TimeSpan.FromMinutes(5);

    [Test]
    public async Task A_timer_runs_on_its_schedule_and_learns_of_its_last_run()
    {
        using var rig = new TimerRig();
        await using var host = await rig.StartAsync("TICK=0 */5 * * * *");

        await rig.AdvanceAsync(FiveMinutes);
        await rig.RunsAreAsync("tick 09:05:00 last 00:00 next 09:05");
        await rig.AdvanceAsync(FiveMinutes);

        await rig.RunsAreAsync("tick 09:05:00 last 00:00 next 09:05", "tick 09:10:00 last 09:05 next 09:10");
    }

    [Test]
    public async Task A_run_that_takes_longer_than_the_interval_delays_the_next_one()
    {
        using var rig = new TimerRig();
        var gate = new Gate();
        await using var host = await rig.StartAsync(gate, "TICK=0 */5 * * * *");
        await rig.AdvanceAsync(FiveMinutes);
        await gate.Entered.Task;

        rig.Clock.Advance(TimeSpan.FromMinutes(12));
        gate.Opened.SetResult();
        await rig.AdvanceAsync(TimeSpan.FromMinutes(3));

        await rig.RunsAreAsync("tick 09:05:00 last 00:00 next 09:05", "tick 09:20:00 last 09:05 next 09:20");
    }

    [Test]
    public async Task A_failed_run_leaves_the_schedule_as_it_is()
    {
        using var rig = new TimerRig();
        await using var host = await rig.StartAsync(new Failure(), "TICK=0 */5 * * * *");

        await rig.AdvanceAsync(FiveMinutes);
        await rig.RunsAreAsync("tick 09:05:00 last 00:00 next 09:05");
        await rig.AdvanceAsync(FiveMinutes);

        await rig.RunsAreAsync("tick 09:05:00 last 00:00 next 09:05", "tick 09:10:00 last 09:05 next 09:10");
    }

    [Test]
    public async Task A_timer_faster_than_a_minute_has_no_monitor()
    {
        using var rig = new TimerRig();
        await using var host = await rig.StartAsync("TICK=*/20 * * * * *");

        await rig.AdvanceAsync(TimeSpan.FromSeconds(20));

        await rig.RunsAreAsync("tick 09:00:20 last none next none");
        Assert.That(File.Exists(rig.File("Tick.json")), Is.False);
    }

    [Test]
    public async Task A_timer_that_asks_for_no_monitor_gets_none()
    {
        using var rig = new TimerRig();
        await using var host = await rig.StartAsync("UNWATCHED=0 */5 * * * *");

        await rig.AdvanceAsync(FiveMinutes);

        await rig.RunsAreAsync("unwatched 09:05:00 last none next none");
        Assert.That(File.Exists(rig.File("Unwatched.json")), Is.False);
    }

    [Test]
    public async Task A_timer_may_ask_to_run_at_every_start()
    {
        using var rig = new TimerRig();
        await using var host = await rig.StartAsync("AT_START=0 0 12 * * *");

        await rig.RunsAreAsync("at start 09:00:00 last none next none");
    }

    [Test]
    public async Task Schedules_follow_the_time_zone_of_the_settings()
    {
        using var rig = new TimerRig();
        await using var host = await rig.StartAsync("TICK=0 0 5 * * *", "WEBSITE_TIME_ZONE=America/New_York");

        await rig.AdvanceAsync(TimeSpan.FromHours(1));

        await rig.RunsAreAsync("tick 10:00:00 last 00:00 next 05:00");
    }

    [Test]
    public async Task No_timer_runs_when_timers_are_off()
    {
        using var rig = new TimerRig();
        await using var host = await rig.StartAsync("TICK=0 */5 * * * *", "AT_START=0 0 12 * * *", "SMPLAT_LOCAL_TIMERS=false");

        rig.Clock.Advance(TimeSpan.FromHours(1));
        await host.StopAsync();

        Assert.That(rig.Diary.Entries, Is.Empty);
    }

    [Test]
    public async Task A_timer_that_is_switched_off_does_not_run_and_the_others_do()
    {
        using var rig = new TimerRig();
        await using var host = await rig.StartAsync(
            "TICK=0 */5 * * * *", "UNWATCHED=0 */5 * * * *", "AzureWebJobs.Tick.Disabled=true");

        await rig.AdvanceAsync(FiveMinutes, waiting: 2);
        await rig.RunsAreAsync("unwatched 09:05:00 last none next none");
        await rig.AdvanceAsync(FiveMinutes, waiting: 2);

        await rig.RunsAreAsync("unwatched 09:05:00 last none next none", "unwatched 09:10:00 last none next none");
    }

    [Test]
    public async Task A_schedule_whose_setting_is_missing_stops_only_its_own_function()
    {
        using var rig = new TimerRig();
        var log = new Diary();
        await using var host = await TimerHostWithLog.StartAsync(rig, log, "UNWATCHED=0 */5 * * * *", "AT_START=not cron");

        await rig.AdvanceAsync(FiveMinutes);

        await rig.RunsAreAsync("unwatched 09:05:00 last none next none");
        Assert.That(
            log.Entries,
            Has.One.EqualTo("Error: Timer function Tick does not start: the setting TICK of its schedule is missing."));
        Assert.That(
            log.Entries,
            Has.One.StartsWith("Error: Timer function AtStart does not start: \"not cron\" is not a schedule"));
    }

    [Test]
    public async Task The_admin_route_runs_a_timer_without_touching_its_schedule()
    {
        using var rig = new TimerRig();
        await using var host = await rig.StartAsync("TICK=0 0 12 * * *");
        using var body = new StringContent("""{"input":""}""", System.Text.Encoding.UTF8, "application/json");

        using var response = await host.Client.PostAsync(new Uri("/admin/functions/Tick", UriKind.Relative), body);

        await rig.RunsAreAsync("tick 09:00:00 last none next none");
        await rig.AdvanceAsync(TimeSpan.FromHours(3));
        await rig.RunsAreAsync("tick 09:00:00 last none next none", "tick 12:00:00 last 00:00 next 12:00");
    }
}
