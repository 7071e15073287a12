using System.Text.Json;
using Smplat.LocalHost.LocalServices.Processes;

namespace Smplat.LocalHost.Hosting;

/// <summary>A timer function with its schedule, or with the reason why it cannot start.</summary>
/// <param name="Text">The schedule with settings replaced.</param>
public sealed record TimerPlan(FunctionEntry Function, string Text, TimerSchedule? Schedule, string? Problem);

/// <summary>Runs the timer functions of one worker. An invalid schedule affects only its own function.</summary>
internal sealed class TimerHost(FunctionsHostOptions options, WorkerSession session) : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Task _loops = Task.CompletedTask;

    public IReadOnlyList<TimerPlan> Plans { get; } = [.. session.Catalog.Timers.Select(function => Plan(function, session.Settings, options.TimeZone))];

    public void Start()
    {
        foreach (var plan in Plans.Where(plan => plan.Problem is not null))
        {
            options.Log.Error($"Timer function {plan.Function.Name} cannot start: {plan.Problem}.");
        }

        var folder = Path.Combine(options.TimerFolder!, "timers");
        _loops = Task.WhenAll(Plans.Where(plan => plan is { Schedule: not null, Function.IsDisabled: false })
            .Select(plan => new TimerLoop(plan, folder, options.TimeZone, session, options.Clock, options.Log))
            .Select(loop => Task.Run(() => loop.RunAsync(_stopping.Token), CancellationToken.None)));
    }

    /// <summary>Starts no more runs, and returns when running ones have ended or the time limit is reached.</summary>
    public async Task StopAsync(TimeSpan limit)
    {
        await _stopping.CancelAsync();
        try
        {
            await _loops.WaitAsync(limit);
        }
        catch (TimeoutException)
        {
            options.Log.Warning("Timer functions were still running when the stop timeout expired.");
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

/// <summary>
/// Runs one timer function on its schedule. Runs never overlap, because the next occurrence is computed after a run has
/// ended. A failed run does not affect the next one.
/// </summary>
internal sealed class TimerLoop(
    TimerPlan plan, string folder, TimeZoneInfo zone, WorkerSession session, TimeProvider clock, HostLog log)
{
    // Short waits notice when the clock was changed or the machine slept.
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan MinWait = TimeSpan.FromMilliseconds(1);

    private readonly TimerSchedule _schedule = plan.Schedule!;
    private readonly TimerTrigger _trigger = plan.Function.Timer!;
    private TimerMonitor? _monitor;
    private TimerOccurrences? _occurrences;

    /// <summary>Runs until stopped, and waits for a running function.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            using var lease = await TimerLease.TakeAsync(folder, plan.Function.Name, clock, stopping);
            if (await StartAsync(stopping) is { } first)
            {
                await RepeatAsync(first, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopped while waiting.
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            log.Error($"Timer {plan.Function.Name} stops: cannot save its schedule status in {folder}: {exception.Message}");
        }
    }

    /// <summary>Runs a missed occurrence, and returns the next one to wait for.</summary>
    private async Task<DateTimeOffset?> StartAsync(CancellationToken stopping)
    {
        var now = clock.GetUtcNow();
        if (_trigger.UseMonitor && !_schedule.IsFasterThanAMinute(now))
        {
            _monitor = new TimerMonitor(folder, plan.Function.Name);
            _occurrences = await _monitor.ReadAsync(stopping);
        }

        // The schedule may have changed since, so use the first occurrence after the last recorded time.
        var expected = _occurrences is { } known ? _schedule.NextAfter(known.Last ?? known.LastUpdated) : null;
        var isPastDue = expected < now;
        if (isPastDue || _trigger.RunOnStartup)
        {
            return await RunOnceAsync(now, isPastDue, stopping);
        }

        var next = expected ?? _schedule.NextAfter(now);
        if (next is { } moment && moment != _occurrences?.Next)
        {
            await SaveAsync(new TimerOccurrences(_occurrences?.Last, moment, now), stopping);
        }

        return next;
    }

    private async Task RepeatAsync(DateTimeOffset first, CancellationToken stopping)
    {
        for (DateTimeOffset? due = first; due is { } moment;)
        {
            await WaitUntilAsync(moment, stopping);
            due = await RunOnceAsync(moment, isPastDue: false, stopping);
        }
    }

    private async Task<DateTimeOffset?> RunOnceAsync(DateTimeOffset due, bool isPastDue, CancellationToken stopping)
    {
        await session.RunTimerAsync(plan.Function, _occurrences?.In(zone), isPastDue);

        var now = clock.GetUtcNow();
        if (_schedule.NextAfter(Later(due, now)) is not { } next)
        {
            return null;
        }

        // Even during a stop: otherwise the next start would treat this run as missed.
        await SaveAsync(new TimerOccurrences(due, next, now), CancellationToken.None);
        stopping.ThrowIfCancellationRequested();
        return next;
    }

    private async Task SaveAsync(TimerOccurrences occurrences, CancellationToken cancellationToken)
    {
        if (_monitor is not null)
        {
            _occurrences = occurrences;
            await _monitor.WriteAsync(occurrences, cancellationToken);
        }
    }

    private async Task WaitUntilAsync(DateTimeOffset due, CancellationToken stopping)
    {
        for (var left = due - clock.GetUtcNow(); left > TimeSpan.Zero; left = due - clock.GetUtcNow())
        {
            var pause = left > MaxWait ? MaxWait : left;
            await Task.Delay(pause > MinWait ? pause : MinWait, clock, stopping);
        }
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}

/// <summary>
/// Saves a timer's occurrences in a file. Writes are atomic.
/// </summary>
internal sealed class TimerMonitor(string folder, string function)
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true };

    private readonly string _path = Path.Combine(folder, $"{function}.json");

    /// <summary>The saved occurrences; null when there are none or they cannot be read.</summary>
    public async Task<TimerOccurrences?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var file = File.OpenRead(_path);
            return await JsonSerializer.DeserializeAsync<TimerOccurrences>(file, cancellationToken: cancellationToken);
        }
        catch (Exception problem) when (problem is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }

    public async Task WriteAsync(TimerOccurrences occurrences, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var draft = $"{_path}.{Environment.ProcessId}.tmp";
        var content = JsonSerializer.SerializeToUtf8Bytes(occurrences, Readable);
        await File.WriteAllBytesAsync(draft, content, cancellationToken);
        File.Move(draft, _path, overwrite: true);
    }
}

/// <summary>The state of a monitored timer between runs and restarts.</summary>
/// <param name="Last">The last run; null before the first.</param>
/// <param name="Next">The next occurrence.</param>
/// <param name="LastUpdated">When this was written.</param>
internal sealed record TimerOccurrences(DateTimeOffset? Last, DateTimeOffset Next, DateTimeOffset LastUpdated)
{
    /// <summary>The status passed to the function: host time, and 0001-01-01 before the first run.</summary>
    public ScheduleStatusMessage In(TimeZoneInfo zone) => new(
        Last is { } last ? Local(last, zone) : default, Local(LastUpdated, zone), Local(Next, zone));

    private static DateTime Local(DateTimeOffset moment, TimeZoneInfo zone) =>
        zone == TimeZoneInfo.Utc ? moment.UtcDateTime : TimeZoneInfo.ConvertTime(moment, zone).DateTime;
}

/// <summary>
/// The right to run a timer. Of all processes on this machine that share the folder, only one holds it; the operating system
/// releases it when the holder dies.
/// </summary>
internal sealed class TimerLease : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly FileLock _lock;

    private TimerLease(FileLock taken) => _lock = taken;

    /// <summary>Waits until no other process holds the lease.</summary>
    public static async Task<TimerLease> TakeAsync(
        string folder, string function, TimeProvider clock, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, $"{function}.lock");
        while (true)
        {
            if (FileLock.TryTake(path) is { } taken)
            {
                return new(taken);
            }

            await Task.Delay(Pause, clock, cancellationToken);
        }
    }

    public void Dispose() => _lock.Dispose();
}
