using System.Text.Json;
using Smplat.LocalHost.LocalServices.Processes;

namespace Smplat.LocalHost.Hosting;

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

/// <summary>
/// Runs one timer function on its schedule. Runs never overlap, since the next occurrence is computed after a run has
/// ended, and a failed run changes nothing about the next.
/// </summary>
internal sealed class TimerLoop(
    TimerPlan plan, string folder, TimeZoneInfo zone, WorkerSession session, TimeProvider clock, HostLog log)
{
    // Waiting in pieces notices a clock that was set, or a machine that slept.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1);

    private readonly TimerSchedule _schedule = plan.Schedule!;
    private readonly TimerTrigger _trigger = plan.Function.Timer!;
    private TimerMonitor? _monitor;
    private TimerOccurrences? _occurrences;

    /// <summary>Runs until stopped; a run that is under way then is waited for.</summary>
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
            // A stop while waiting.
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            log.Error($"Timer {plan.Function.Name} stops: its occurrences cannot be kept in {folder}: {exception.Message}");
        }
    }

    /// <summary>Makes up for a missed occurrence, and returns the first one to wait for.</summary>
    private async Task<DateTimeOffset?> StartAsync(CancellationToken stopping)
    {
        var now = clock.GetUtcNow();
        if (_trigger.UseMonitor && !_schedule.IsFasterThanAMinute(now))
        {
            _monitor = new TimerMonitor(folder, plan.Function.Name);
            _occurrences = await _monitor.ReadAsync(stopping);
        }

        // The schedule may have changed since, so what counts is the first occurrence after the last sign of life.
        var expected = _occurrences is { } known ? _schedule.NextAfter(known.Last ?? known.LastUpdated) : null;
        var isPastDue = expected < now;
        if (isPastDue || _trigger.RunOnStartup)
        {
            return await RunOnceAsync(now, isPastDue, stopping);
        }

        var next = expected ?? _schedule.NextAfter(now);
        if (next is { } moment && moment != _occurrences?.Next)
        {
            await RememberAsync(new TimerOccurrences(_occurrences?.Last, moment, now), stopping);
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

        // Also when a stop has come meanwhile: otherwise the next start would take this run for missed.
        await RememberAsync(new TimerOccurrences(due, next, now), CancellationToken.None);
        stopping.ThrowIfCancellationRequested();
        return next;
    }

    private async Task RememberAsync(TimerOccurrences occurrences, CancellationToken cancellationToken)
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
            var pause = left > LongestWait ? LongestWait : left;
            await Task.Delay(pause > ShortestWait ? pause : ShortestWait, clock, stopping);
        }
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}

/// <summary>
/// Keeps a timer's occurrences in a file. A write replaces the whole file at once, so a kill leaves the old or the new.
/// </summary>
internal sealed class TimerMonitor(string folder, string function)
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true };

    private readonly string _path = Path.Combine(folder, $"{function}.json");

    /// <summary>What the last run left; null when there is nothing, or nothing that can be read.</summary>
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

/// <summary>What is remembered of a monitored timer between runs and over restarts.</summary>
/// <param name="Last">The last run; null before the first.</param>
/// <param name="Next">The occurrence that is waited for.</param>
/// <param name="LastUpdated">When this was written.</param>
internal sealed record TimerOccurrences(DateTimeOffset? Last, DateTimeOffset Next, DateTimeOffset LastUpdated)
{
    /// <summary>As the function sees it: host time, and 0001-01-01 before the first run.</summary>
    public ScheduleStatusMessage In(TimeZoneInfo zone) => new(
        Last is { } last ? Local(last, zone) : default, Local(LastUpdated, zone), Local(Next, zone));

    private static DateTime Local(DateTimeOffset moment, TimeZoneInfo zone) =>
        zone == TimeZoneInfo.Utc ? moment.UtcDateTime : TimeZoneInfo.ConvertTime(moment, zone).DateTime;
}

/// <summary>
/// The right to run a timer. One holder at a time over all processes of this machine that share the folder; the
/// operating system takes it back when the holder dies.
/// </summary>
internal sealed class TimerLease : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly FileLock _lock;

    private TimerLease(FileLock taken) => _lock = taken;

    /// <summary>Waits until nobody else holds the lease.</summary>
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
