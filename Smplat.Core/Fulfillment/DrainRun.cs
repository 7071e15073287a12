using System.Diagnostics;
using System.Threading.Channels;
using Smplat.Core.Platform.Observability;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Fulfillment;

/// <summary>
/// One run of the worker. One loop claims, so that at most two batches are in hand; several carry out; one or two
/// acknowledge; a keeper renews the leases. Ends when a batch is not full, the time is over, or the app stops.
/// </summary>
internal sealed class DrainRun : IAsyncDisposable
{
    private static readonly TimeSpan RescueEvery = TimeSpan.FromSeconds(10);

    private readonly DrainParts _parts;
    private readonly FulfillmentOptions _settings;
    private readonly string _owner;
    private readonly CancellationToken _stopping;
    private readonly CancellationTokenSource _hardStop = new();
    private readonly SemaphoreSlim _room = new(0);
    private readonly Channel<HeldTask> _waiting = Channel.CreateUnbounded<HeldTask>();
    private readonly DrainCounts _counts = new();
    private readonly LeaseKeeper _keeper;
    private readonly Acknowledger _acknowledger;
    private readonly List<Task> _settling = [];
    private Exception? _fault;
    private int _unfinished;

    public DrainRun(DrainParts parts, FulfillmentOptions settings, string owner, CancellationToken stopping)
    {
        (_parts, _settings, _owner, _stopping) = (parts, settings, owner, stopping);
        _keeper = new(parts.Queue, owner, settings.Lease, parts.Clock, parts.Logger);
        _acknowledger = new(parts, settings, owner, _counts, End, Fault);
    }

    public async Task<DrainReport> RunAsync()
    {
        var acknowledging = Task.Run(() => GuardAsync(_acknowledger.RunAsync));
        var working = Enumerable.Range(0, _settings.Parallelism).Select(_ => Task.Run(WorkAsync)).ToArray();
        await GuardAsync(ClaimAsync);
        _waiting.Writer.Complete();

        var worked = Task.WhenAll(working);
        await GraceAsync(worked);
        await worked;
        _acknowledger.Close();
        await acknowledging;
        await GiveBackAsync();
        await Task.WhenAll(_settling);
        return _fault is null ? _counts.ToReport() : throw new DrainFailedException(_fault, _counts.ToReport());
    }

    public async ValueTask DisposeAsync()
    {
        await _keeper.DisposeAsync();
        _hardStop.Dispose();
        _room.Dispose();
    }

    private async Task ClaimAsync()
    {
        // Measured, not read off the wall: a clock that is set back must not make a run last.
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

            if (await ClaimBatchAsync(_parts.Clock.GetUtcNow()) < _settings.BatchSize)
            {
                return;
            }

            while (Volatile.Read(ref _unfinished) > _settings.BatchSize && _fault is null)
            {
                await _room.WaitAsync(_stopping);
            }
        }
    }

    private async Task<int> ClaimBatchAsync(DateTimeOffset now)
    {
        var claimId = Guid.CreateVersion7(now);
        // Not cancelled by the stop: a claim whose answer is lost would wait for its lease to run out.
        var tasks = await _parts.Queue.ClaimDueAsync(
            claimId, _owner, _settings.BatchSize, now, _settings.Lease, CancellationToken.None);
        if (tasks.Count == 0)
        {
            return 0;
        }

        _counts.Claimed(tasks.Count);
        Interlocked.Add(ref _unfinished, tasks.Count);
        var claim = new HeldClaim(claimId, tasks);
        _keeper.Hold(claim);
        HeldTask[] held = [.. tasks.Select(task => new HeldTask(task, claim, _hardStop.Token))];
        foreach (var entry in held)
        {
            _keeper.Hold(entry);
        }

        await _parts.Rollup.BeginAsync(claim.OrderItemIds, CancellationToken.None);
        foreach (var entry in held)
        {
            _waiting.Writer.TryWrite(entry);
        }

        return tasks.Count;
    }

    private async Task WorkAsync()
    {
        await foreach (var held in _waiting.Reader.ReadAllAsync(CancellationToken.None))
        {
            if (held.IsLost)
            {
                End(held);
            }
            else if (!_stopping.IsCancellationRequested && _fault is null)
            {
                await GuardAsync(() => CarryOutAsync(held));
            }
        }
    }

    private async Task CarryOutAsync(HeldTask held)
    {
        var task = held.Task;
        using var activity = SmplatTelemetry.StartMessage("fulfill", task.TaskType, task.Id, task.Traceparent);
        activity?.SetTag("fulfillment.task_id", task.Id).SetTag("fulfillment.attempt", task.Attempt);
        switch (await TryExecuteAsync(held, activity))
        {
            case ExecutionOutcome.Succeeded succeeded:
                await _acknowledger.AddAsync(held, succeeded.Result);
                break;
            case ExecutionOutcome.Failed failed:
                MarkFailed(activity, failed);
                await RecordFailureAsync(held, failed);
                End(held);
                break;
            case ExecutionOutcome.Postponed postponed:
                await PostponeAsync(held, postponed);
                End(held);
                break;
            case null when held.IsLost:
                End(held);
                break;
        }
    }

    /// <returns>Null when the attempt was broken off: the task is given back, or somebody else has it.</returns>
    private async Task<ExecutionOutcome?> TryExecuteAsync(HeldTask held, Activity? activity)
    {
        try
        {
            return await _parts.Gateway.ExecuteAsync(held.Task, held.Token);
        }
        catch (OperationCanceledException) when (held.IsLost || _hardStop.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception exception)
        {
            activity.Fail(exception);
            return new ExecutionOutcome.Failed(Redaction.Redact(exception.Message));
        }
    }

    /// <summary>The error's text quotes what endpoints answer, so the span only says which kind it was.</summary>
    private static void MarkFailed(Activity? activity, ExecutionOutcome.Failed failed)
    {
        if (activity is { Status: not ActivityStatusCode.Error })
        {
            activity.Fail(failed.IsPermanent ? "permanent_failure" : "failed_attempt");
        }
    }

    private async Task RecordFailureAsync(HeldTask held, ExecutionOutcome.Failed failed)
    {
        switch (await _parts.Failures.RecordAsync(held.Task, _owner, failed, CancellationToken.None))
        {
            case FailureDecision.Retry: _counts.Retried(); break;
            case FailureDecision.DeadLetter: _counts.DeadLettered(); break;
            case null: _counts.Late(1); break;
        }
    }

    private async Task PostponeAsync(HeldTask held, ExecutionOutcome.Postponed postponed)
    {
        FulfillmentLog.Postponed(_parts.Logger, held.Task.Id, postponed.Wait.TotalSeconds, postponed.Why);
        if (await _parts.Queue.PostponeAsync(held.Task, _owner, postponed.Wait, _parts.Clock.GetUtcNow(), CancellationToken.None))
        {
            _counts.Postponed();
            _parts.Tally.CountPostponed();
        }
        else
        {
            _counts.Late(1);
        }
    }

    private void End(HeldTask held)
    {
        _keeper.Drop(held);
        if (Interlocked.Decrement(ref _unfinished) == _settings.BatchSize)
        {
            _room.Release();
        }

        if (held.Claim.End())
        {
            lock (_settling)
            {
                _settling.Add(GuardAsync(() => SettleAsync(held.Claim)));
            }
        }
    }

    private async Task SettleAsync(HeldClaim claim)
    {
        await _parts.Rollup.SettleAsync([claim.Id], claim.OrderItemIds, CancellationToken.None);
        _keeper.Drop(claim);
    }

    /// <summary>On a stop, running tasks get a moment to finish before they are broken off.</summary>
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
        HeldTask[] left = [.. _keeper.Held.Where(held => !held.IsLost)];
        if (left.Length == 0)
        {
            return;
        }

        FulfillmentLog.GivenBack(_parts.Logger, left.Length);
        _counts.GivenBack(left.Length);
        await GuardAsync(async () =>
        {
            await _parts.Queue.GiveBackAsync(
                [.. left.Select(held => held.Task)], _owner, _parts.Clock.GetUtcNow(), CancellationToken.None);
            foreach (var held in left)
            {
                End(held);
            }
        });
    }

    /// <summary>The first fault ends the run; what others were doing is finished.</summary>
    private async Task GuardAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The app stops.
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
