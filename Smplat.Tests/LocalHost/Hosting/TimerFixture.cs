using System.Globalization;
using System.Text.Json;
using Smplat.Tests.Support;

namespace Smplat.Tests.LocalHost.Hosting;

/// <summary>
/// Hosts with timers on a clock that the test moves, all with the same folder. Each run writes a line: the time, whether
/// it is late, the schedule status that the function was shown.
/// </summary>
internal sealed class TimerFixture : IDisposable
{
    private readonly TimerFolder _folder = new();

    /// <summary>Monday, 2 March 2026, 09:00 UTC.</summary>
    public FixedClock Clock { get; } = new();

    public Diary Diary { get; } = new();

    /// <summary>Every run waits for it; null for none.</summary>
    public Gate? Gate { get; set; }

    public bool Fails { get; set; }

    public TimeZoneInfo Zone { get; set; } = TimeZoneInfo.Utc;

    public string File(string name) => Path.Combine(_folder.Path, "timers", name);

    /// <param name="settings">Schedules of the timers: TICK, UNWATCHED (no monitor) and AT_START, which also runs at every start; and other settings.</param>
    public Task<TestHost> StartAsync(params string[] settings) => TestHost.StartAsync(
        new FakeWorker()
            .Timer("Tick", "%TICK%", call => RunAsync("tick", call))
            .Timer("Unwatched", "%UNWATCHED%", call => RunAsync("unwatched", call), useMonitor: false)
            .Timer("AtStart", "%AT_START%", call => RunAsync("at start", call), runOnStartup: true),
        new() { TimerFolder = _folder.Path, Clock = Clock, TimeZone = Zone, Settings = HostSetup.Given(settings) });

    /// <summary>Moves the clock once the timers wait for it.</summary>
    public async Task AdvanceAsync(TimeSpan by, int waiting = 1)
    {
        await WaitAsync(waiting);
        Clock.Advance(by);
    }

    public Task WaitAsync(int waiting = 1) => Eventually.BecomesTrueAsync(() => Clock.WaitingTimers >= waiting, "the timers wait");

    public Task RunsAreAsync(params string[] entries) => Eventually.GivesAsync(
        () => Task.FromResult(string.Join('\n', Diary.Entries)), text => text == string.Join('\n', entries),
        $"exactly the runs {string.Join(", ", entries)}; there were {string.Join(", ", Diary.Entries)}");

    public void Dispose() => _folder.Dispose();

    private async Task RunAsync(string name, Invocation call)
    {
        var timer = call.TimerInfo;
        var status = timer.GetProperty("ScheduleStatus");
        string Shown(string member) => status.ValueKind == JsonValueKind.Null
            ? "none"
            : status.GetProperty(member).GetDateTime().ToString("HH:mm", CultureInfo.InvariantCulture);
        Diary.Write($"{name} {Clock.GetUtcNow():HH:mm:ss}{(timer.GetProperty("IsPastDue").GetBoolean() ? " late" : "")} last {Shown("Last")} next {Shown("Next")}");
        if (Gate is { } gate)
        {
            gate.Entered.TrySetResult();
            await gate.Opened.Task;
        }

        if (Fails)
        {
            throw new InvalidOperationException("tick failed");
        }
    }
}
