using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Observability;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Fulfillment;

/// <summary>Runs due tasks until none is left or the time limit is reached. Any number of workers may run concurrently.</summary>
public sealed class FulfillmentWorker(
    WorkerParts parts, IOptionsMonitor<FulfillmentOptions> options, ILogger<FulfillmentWorker> logger)
{
    /// <param name="owner">Identifies this run in the leases; never reused.</param>
    /// <param name="cancellationToken">Stops claiming; running tasks get a grace period to finish, the rest is given back.</param>
    /// <exception cref="WorkerFailedException">The run could not continue, for example because the database is down.</exception>
    public async Task<WorkerReport> RunAsync(string owner, CancellationToken cancellationToken)
    {
        await using var run = new WorkerRun(parts, options.CurrentValue, owner, logger, cancellationToken);
        return await run.RunAsync();
    }
}

/// <summary>What one run of the worker did.</summary>
/// <param name="Late">Results that arrived after the lease was lost and were dropped.</param>
public sealed record WorkerReport(
    int Claimed, int Processed, int Retried, int DeadLettered, int Rescued, int GivenBack, int Late)
{
    /// <summary>Tasks that were not attempted, because the circuit of their host was open or the host was busy.</summary>
    public int Postponed { get; init; }

    /// <summary>Failed attempts.</summary>
    public int Failed => Retried + DeadLettered;
}

/// <summary>A run that could not continue, with what it had done until then.</summary>
internal sealed class WorkerFailedException(Exception cause, WorkerReport report) : Exception(cause.Message, cause)
{
    public WorkerReport Report { get; } = report;
}

/// <summary>The services that a run of the worker uses.</summary>
public sealed record WorkerParts(
    TaskQueueStore Queue,
    ITaskGateway Gateway,
    TaskFailures Failures,
    TaskRescue Rescue,
    OrderRollup Rollup,
    FulfillmentCounters Counters,
    TimeProvider Clock);

/// <summary>
/// One run of the worker. One loop claims tasks, at most two batches at a time; several loops run them; one or two
/// acknowledge; a renewer keeps the leases alive. A task that takes long goes on outside of the loops, so that it holds up
/// neither the others nor those that become due meanwhile. Ends when a batch is not full and no task is left, the time limit
/// is reached, or the app stops.
/// </summary>
internal sealed class WorkerRun : IAsyncDisposable
{
    private const int MaxAside = 256;
    private static readonly TimeSpan RescueEvery = TimeSpan.FromSeconds(10);

    private readonly WorkerParts _parts;
    private readonly FulfillmentOptions _settings;
    private readonly string _owner;
    private readonly ILogger _logger;
    private readonly CancellationToken _stopping;
    private readonly CancellationTokenSource _hardStop = new();
    private readonly SemaphoreSlim _room = new(0);
    private readonly Channel<LeasedTask> _waiting = Channel.CreateUnbounded<LeasedTask>();
    private readonly WorkerRunCounts _counts = new();
    private readonly LeaseRenewer _leases;
    private readonly Acknowledger _acknowledger;
    private readonly List<Task> _settling = [];
    private readonly ConcurrentDictionary<Task, bool> _aside = new();
    private Exception? _fault;
    private int _unfinished;
    private int _open;

    public WorkerRun(
        WorkerParts parts, FulfillmentOptions settings, string owner, ILogger logger, CancellationToken stopping)
    {
        (_parts, _settings, _owner, _logger, _stopping) = (parts, settings, owner, logger, stopping);
        _leases = new(parts.Queue, owner, settings.Lease, parts.Clock, logger);
        _acknowledger = new(parts, settings, owner, _counts, logger, End, Fault);
    }

    public async Task<WorkerReport> RunAsync()
    {
        var acknowledging = Task.Run(() => GuardAsync(_acknowledger.RunAsync));
        var working = Enumerable.Range(0, _settings.Parallelism).Select(_ => Task.Run(WorkAsync)).ToArray();
        await GuardAsync(ClaimAsync);
        _waiting.Writer.Complete();

        var worked = EndAllAsync(working);
        await GraceAsync(worked);
        await worked;
        _acknowledger.Close();
        await acknowledging;
        await GiveBackAsync();
        await Task.WhenAll(_settling);
        return _fault is null ? _counts.ToReport() : throw new WorkerFailedException(_fault, _counts.ToReport());
    }

    public async ValueTask DisposeAsync()
    {
        await _leases.DisposeAsync();
        _hardStop.Dispose();
        _room.Dispose();
    }

    private async Task EndAllAsync(Task[] working)
    {
        await Task.WhenAll(working);
        await Task.WhenAll(_aside.Keys);
    }

    private async Task ClaimAsync()
    {
        // Elapsed time, not wall time: setting the clock back must not prolong a run.
        var begun = _parts.Clock.GetTimestamp();
        var limit = TimeSpan.FromSeconds(_settings.DrainSeconds);
        long? rescued = null;
        while (!_stopping.IsCancellationRequested && _fault is null && _parts.Clock.GetElapsedTime(begun) < limit)
        {
            if (rescued is not { } last || _parts.Clock.GetElapsedTime(last) >= RescueEvery)
            {
                _counts.Rescued(await _parts.Rescue.RunAsync(_owner, _settings, _stopping));
                rescued = _parts.Clock.GetTimestamp();
            }

            if (await ClaimBatchAsync(_parts.Clock.GetUtcNow()) < _settings.BatchSize && !await AreSomeLeftAtNextPollAsync())
            {
                return;
            }

            while (Volatile.Read(ref _unfinished) > _settings.BatchSize && _fault is null)
            {
                await _room.WaitAsync(_stopping);
            }
        }
    }

    /// <returns>False as soon as every claimed task has ended.</returns>
    private async Task<bool> AreSomeLeftAtNextPollAsync()
    {
        var begun = _parts.Clock.GetTimestamp();
        var interval = TimeSpan.FromSeconds(_settings.PollIntervalSeconds);
        while (Volatile.Read(ref _open) > 0 && _fault is null)
        {
            await _room.WaitAsync(interval, _stopping);
            if (_parts.Clock.GetElapsedTime(begun) >= interval)
            {
                return Volatile.Read(ref _open) > 0;
            }
        }

        return false;
    }

    private async Task<int> ClaimBatchAsync(DateTimeOffset now)
    {
        var claimId = Guid.CreateVersion7(now);
        // Not canceled by the stop: a claim whose answer is lost would stay blocked until its lease expires.
        var tasks = await _parts.Queue.ClaimDueAsync(
            claimId, _owner, _settings.BatchSize, now, _settings.Lease, CancellationToken.None);
        if (tasks.Count == 0)
        {
            return 0;
        }

        _counts.Claimed(tasks.Count);
        Interlocked.Add(ref _unfinished, tasks.Count);
        Interlocked.Add(ref _open, tasks.Count);
        var claim = new OpenClaim(claimId, tasks);
        _leases.Add(claim);
        LeasedTask[] leased = [.. tasks.Select(task => new LeasedTask(task, claim, _hardStop.Token))];
        foreach (var entry in leased)
        {
            _leases.Add(entry);
        }

        await _parts.Rollup.StartAsync(claim.OrderItemIds, CancellationToken.None);
        foreach (var entry in leased)
        {
            _waiting.Writer.TryWrite(entry);
        }

        return tasks.Count;
    }

    private async Task WorkAsync()
    {
        await foreach (var leased in _waiting.Reader.ReadAllAsync(CancellationToken.None))
        {
            if (leased.IsLost)
            {
                End(leased);
            }
            else if (!_stopping.IsCancellationRequested && _fault is null)
            {
                await AttendAsync(leased, GuardAsync(() => RunTaskAsync(leased)));
            }
        }
    }

    /// <summary>Returns when the task has ended, or is slow and goes on aside.</summary>
    private async Task AttendAsync(LeasedTask leased, Task running)
    {
        if (running.IsCompleted)
        {
            return;
        }

        using var ended = new CancellationTokenSource();
        var first = await Task.WhenAny(running, Task.Delay(HostBulkheads.SlowAfter, _parts.Clock, ended.Token));
        await ended.CancelAsync();
        if (first == running || _aside.Count >= MaxAside)
        {
            await running;
            return;
        }

        Leave(leased);
        _aside.TryAdd(running, true);
        _ = running.ContinueWith(
            task => _aside.TryRemove(task, out _), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private async Task RunTaskAsync(LeasedTask leased)
    {
        var task = leased.Task;
        using var activity = SmplatTelemetry.StartMessage("fulfill", task.TaskType, task.Id, task.Traceparent);
        activity?.SetTag("fulfillment.task_id", task.Id).SetTag("fulfillment.attempt", task.Attempt);
        switch (await TryExecuteAsync(leased, activity))
        {
            case ExecutionOutcome.Succeeded succeeded:
                await _acknowledger.AddAsync(leased, succeeded.Result);
                break;
            case ExecutionOutcome.Failed failed:
                MarkFailed(activity, failed);
                await ChargeAsync(leased, () => RecordFailureAsync(leased, failed));
                End(leased);
                break;
            case ExecutionOutcome.Postponed postponed:
                await ChargeAsync(leased, () => PostponeAsync(leased, postponed));
                End(leased);
                break;
            case null when leased.IsLost:
                End(leased);
                break;
        }
    }

    /// <returns>Null when the attempt was canceled: the task is given back, or another worker has it.</returns>
    private async Task<ExecutionOutcome?> TryExecuteAsync(LeasedTask leased, Activity? activity)
    {
        try
        {
            return await _parts.Gateway.ExecuteAsync(leased.Task, leased.Token);
        }
        catch (OperationCanceledException) when (leased.IsLost || _hardStop.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception exception)
        {
            activity.Fail(exception);
            return new ExecutionOutcome.Failed(Redaction.Redact(exception.Message));
        }
    }

    /// <summary>The error's text quotes answers of endpoints, so the span only records the kind of failure.</summary>
    private static void MarkFailed(Activity? activity, ExecutionOutcome.Failed failed)
    {
        if (activity is { Status: not ActivityStatusCode.Error })
        {
            activity.Fail(failed.IsPermanent ? "permanent_failure" : "failed_attempt");
        }
    }

    /// <summary>
    /// Only an outage ends the run. Any other error while an outcome is recorded is charged to its task: it counts as a failed
    /// attempt, and if not even that can be recorded, the lease expires and the takeover counts.
    /// </summary>
    private async Task ChargeAsync(LeasedTask leased, Func<Task> record)
    {
        try
        {
            await record();
        }
        catch (Exception problem) when (!DatabaseErrors.IsOutage(problem))
        {
            FulfillmentLog.OutcomeRefused(_logger, leased.Task.Id, Redaction.Redact(problem.Message));
            try
            {
                await RecordFailureAsync(leased, new("The outcome of this attempt could not be stored."));
            }
            catch (Exception refusal) when (!DatabaseErrors.IsOutage(refusal))
            {
                FulfillmentLog.OutcomeLost(_logger, leased.Task.Id, Redaction.Redact(refusal.Message), refusal);
            }
        }
    }

    private async Task RecordFailureAsync(LeasedTask leased, ExecutionOutcome.Failed failed)
    {
        switch (await _parts.Failures.RecordAsync(leased.Task, _owner, failed, CancellationToken.None))
        {
            case FailureDecision.Retry: _counts.Retried(); break;
            case FailureDecision.DeadLetter: _counts.DeadLettered(); break;
            case null: _counts.Late(1); break;
        }
    }

    private async Task PostponeAsync(LeasedTask leased, ExecutionOutcome.Postponed postponed)
    {
        FulfillmentLog.Postponed(_logger, leased.Task.Id, postponed.Wait.TotalSeconds, postponed.Why);
        if (await _parts.Queue.PostponeAsync(leased.Task, _owner, postponed.Wait, _parts.Clock.GetUtcNow(), CancellationToken.None))
        {
            _counts.Postponed();
            _parts.Counters.CountPostponed();
        }
        else
        {
            _counts.Late(1);
        }
    }

    private void End(LeasedTask leased)
    {
        _leases.Remove(leased);
        Leave(leased);
        if (Interlocked.Decrement(ref _open) == 0)
        {
            _room.Release();
        }

        if (leased.Claim.End())
        {
            lock (_settling)
            {
                _settling.Add(GuardAsync(() => SettleAsync(leased.Claim)));
            }
        }
    }

    /// <summary>The task no longer counts among those that the next claim waits for.</summary>
    private void Leave(LeasedTask leased)
    {
        if (leased.Leave() && Interlocked.Decrement(ref _unfinished) == _settings.BatchSize)
        {
            _room.Release();
        }
    }

    private async Task SettleAsync(OpenClaim claim)
    {
        await _parts.Rollup.SettleAsync([claim.Id], claim.OrderItemIds, CancellationToken.None);
        _leases.Remove(claim);
    }

    /// <summary>When the app stops, running tasks get a grace period to finish before they are canceled.</summary>
    private async Task GraceAsync(Task worked)
    {
        using var ended = new CancellationTokenSource();
        await using var registration = _stopping.Register(
            () => _hardStop.CancelAfter(TimeSpan.FromSeconds(_settings.StopGraceSeconds)));
        await Task.WhenAny(worked, Task.Delay(Timeout.Infinite, ended.Token));
        await ended.CancelAsync();
    }

    private async Task GiveBackAsync()
    {
        LeasedTask[] left = [.. _leases.Leased.Where(leased => !leased.IsLost)];
        if (left.Length == 0)
        {
            return;
        }

        FulfillmentLog.GivenBack(_logger, left.Length);
        _counts.GivenBack(left.Length);
        await GuardAsync(async () =>
        {
            await _parts.Queue.GiveBackAsync(
                [.. left.Select(leased => leased.Task)], _owner, _parts.Clock.GetUtcNow(), CancellationToken.None);
            foreach (var leased in left)
            {
                End(leased);
            }
        });
    }

    /// <summary>The first fault ends the run; work in progress is finished.</summary>
    private async Task GuardAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The app is stopping.
        }
        catch (Exception exception)
        {
            Fault(exception);
        }
    }

    private void Fault(Exception exception)
    {
        Interlocked.CompareExchange(ref _fault, exception, null);
        _room.Release();
    }
}

/// <summary>Counts of one run; safe to update concurrently.</summary>
internal sealed class WorkerRunCounts
{
    private int _claimed;
    private int _processed;
    private int _retried;
    private int _deadLettered;
    private int _rescued;
    private int _givenBack;
    private int _late;
    private int _postponed;

    public void Claimed(int count) => Interlocked.Add(ref _claimed, count);

    public void Processed(int count) => Interlocked.Add(ref _processed, count);

    public void Retried() => Interlocked.Increment(ref _retried);

    public void DeadLettered() => Interlocked.Increment(ref _deadLettered);

    public void Rescued(int count) => Interlocked.Add(ref _rescued, count);

    public void GivenBack(int count) => Interlocked.Add(ref _givenBack, count);

    public void Late(int count) => Interlocked.Add(ref _late, count);

    public void Postponed() => Interlocked.Increment(ref _postponed);

    public WorkerReport ToReport() =>
        new(_claimed, _processed, _retried, _deadLettered, _rescued, _givenBack, _late) { Postponed = _postponed };
}
