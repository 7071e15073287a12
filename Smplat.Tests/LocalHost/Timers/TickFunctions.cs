using System.Globalization;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace Smplat.Tests.LocalHost.Timers;

/// <summary>Writes each run into the diary: the time, whether it is late, the last occurrence.</summary>
public sealed class TickFunctions(IServiceProvider services)
{
    [Function("Tick")]
    public Task TickAsync([TimerTrigger("%TICK%")] TimerInfo timer) => RunAsync("tick", timer);

    [Function("Unwatched")]
    public Task UnwatchedAsync(
        [TimerTrigger("%UNWATCHED%", UseMonitor = false)] TimerInfo timer) =>
        RunAsync("unwatched", timer);

    [Function("AtStart")]
    public Task AtStartAsync(
        [TimerTrigger("%AT_START%", RunOnStartup = true)] TimerInfo timer) =>
        RunAsync("at start", timer);

    private async Task RunAsync(string name, TimerInfo timer)
    {
        var diary = services.GetRequiredService<Diary>();
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        var last = timer.ScheduleStatus?.Last.ToString("HH:mm", CultureInfo.InvariantCulture) ?? "none";
        var next = timer.ScheduleStatus?.Next.ToString("HH:mm", CultureInfo.InvariantCulture) ?? "none";
        diary.Write($"{name} {now:HH:mm:ss}{(timer.IsPastDue ? " late" : "")} last {last} next {next}");
        if (services.GetService<Gate>() is { } gate)
        {
            gate.Entered.TrySetResult();
            await gate.Opened.Task;
        }

        if (services.GetService<Failure>() is not null)
        {
            throw new InvalidOperationException("tick failed");
        }
    }
}

/// <summary>Registered, it makes every run fail.</summary>
internal sealed class Failure;
