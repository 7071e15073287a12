using Microsoft.Extensions.DependencyInjection;
using Smplat.Tests.Support;

namespace Smplat.Tests.LocalHost.Timers;

/// <summary>Hosts with timers on a clock that the test moves, all with the same folder.</summary>
internal sealed class TimerRig : IDisposable
{
    private readonly TimerFolder _folder = new();

    /// <summary>Monday, 2 March 2026, 09:00 UTC.</summary>
    public FixedClock Clock { get; } = new();

    public Diary Diary { get; } = new();

    public string File(string name) => Path.Combine(_folder.Path, "timers", name);

    public Task<TestHost> StartAsync(params string[] settings) => StartAsync(null, settings);

    public Task<TestHost> StartAsync(object? extra, params string[] settings) => TestHost.StartAsync(
        [typeof(TickFunctions)],
        builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(Clock).AddSingleton(Diary);
            if (extra is not null)
            {
                builder.Services.AddSingleton(extra.GetType(), extra);
            }
        },
        ["SMPLAT_LOCAL_TIMERS=true", $"SMPLAT_LOCAL_FOLDER={_folder.Path}", .. settings]);

    /// <summary>Moves the clock once the timers wait for it.</summary>
    public async Task AdvanceAsync(TimeSpan by, int waiting = 1)
    {
        await Eventually.BecomesTrueAsync(() => Clock.WaitingTimers >= waiting, "the timers wait");
        Clock.Advance(by);
    }

    public Task RunsAreAsync(params string[] entries) => Eventually.GivesAsync(
        () => Task.FromResult(string.Join('\n', Diary.Entries)), text => text == string.Join('\n', entries),
        $"exactly the runs {string.Join(", ", entries)}; there were {string.Join(", ", Diary.Entries)}");

    public void Dispose() => _folder.Dispose();
}
