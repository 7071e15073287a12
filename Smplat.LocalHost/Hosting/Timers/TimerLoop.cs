namespace Smplat.LocalHost.Hosting.Timers;

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
