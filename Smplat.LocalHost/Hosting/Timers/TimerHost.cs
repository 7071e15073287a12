namespace Smplat.LocalHost.Hosting.Timers;

/// <summary>A timer function with its schedule, or with the reason why it does not start.</summary>
/// <param name="Text">The schedule with its settings filled in.</param>
public sealed record TimerPlan(FunctionEntry Function, string Text, TimerSchedule? Schedule, string? Problem);

/// <summary>Runs the timer functions of one worker. A schedule that cannot be read stops only its own function.</summary>
internal sealed class TimerHost(FunctionsHostOptions options, WorkerSession session) : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Task _loops = Task.CompletedTask;

    public IReadOnlyList<TimerPlan> Plans { get; } = [.. session.Catalog.Timers.Select(function => Plan(function, session.Settings, options.TimeZone))];

    public void Start()
    {
        foreach (var plan in Plans.Where(plan => plan.Problem is not null))
        {
            options.Log.Error($"Timer function {plan.Function.Name} does not start: {plan.Problem}.");
        }

        var folder = Path.Combine(options.TimerFolder!, "timers");
        _loops = Task.WhenAll(Plans.Where(plan => plan is { Schedule: not null, Function.IsDisabled: false })
            .Select(plan => new TimerLoop(plan, folder, options.TimeZone, session, options.Clock, options.Log))
            .Select(loop => Task.Run(() => loop.RunAsync(_stopping.Token), CancellationToken.None)));
    }

    /// <summary>Starts no further run, and returns when those that are under way have ended or the time is over.</summary>
    public async Task StopAsync(TimeSpan limit)
    {
        await _stopping.CancelAsync();
        try
        {
            await _loops.WaitAsync(limit);
        }
        catch (TimeoutException)
        {
            options.Log.Warning("Timer functions were still running when the time to stop was over.");
        }
    }

    public void Dispose() => _stopping.Dispose();

    private static TimerPlan Plan(FunctionEntry function, IReadOnlyDictionary<string, string> settings, TimeZoneInfo zone)
    {
        var text = function.Timer!.Schedule;
        try
        {
            text = TimerSchedule.Resolve(text, settings);
            return new(function, text, TimerSchedule.Parse(text, zone), null);
        }
        catch (FormatException problem)
        {
            return new(function, text, null, problem.Message);
        }
    }
}
