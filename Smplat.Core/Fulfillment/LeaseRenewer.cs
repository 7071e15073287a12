using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Fulfillment;

/// <summary>
/// Renews the leases of all tasks and claims that the worker owns, three times per lease period. A task whose lease was lost
/// is canceled, because another worker may be running it.
/// </summary>
internal sealed class LeaseRenewer : IAsyncDisposable
{
    private readonly TaskQueueStore _queue;
    private readonly string _owner;
    private readonly TimeSpan _lease;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    // By attempt: a run that lost a task may claim it again while the first attempt is still ending.
    private readonly ConcurrentDictionary<(Guid Id, int Attempt), LeasedTask> _tasks = new();
    private readonly ConcurrentDictionary<Guid, OpenClaim> _claims = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _renewing;

    public LeaseRenewer(TaskQueueStore queue, string owner, TimeSpan lease, TimeProvider clock, ILogger logger)
    {
        (_queue, _owner, _lease, _clock, _logger) = (queue, owner, lease, clock, logger);
        _renewing = RenewAsync();
    }

    public IReadOnlyCollection<LeasedTask> Leased => [.. _tasks.Values];

    public void Add(OpenClaim claim) => _claims[claim.Id] = claim;

    public void Add(LeasedTask task) => _tasks[task.Task.Key] = task;

    public void Remove(OpenClaim claim) => _claims.TryRemove(claim.Id, out _);

    public void Remove(LeasedTask task)
    {
        _tasks.TryRemove(task.Task.Key, out _);
        task.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _renewing;
        _stop.Dispose();
    }

    private async Task RenewAsync()
    {
        var renewed = _clock.GetTimestamp();
        try
        {
            while (true)
            {
                await Task.Delay(_lease / 3, _clock, _stop.Token);
                var begun = _clock.GetTimestamp();
                try
                {
                    await RenewOnceAsync(_clock.GetUtcNow());
                    renewed = begun;
                }
                catch (Exception exception) when (DatabaseErrors.IsOutage(exception))
                {
                    FulfillmentLog.RenewalFailed(_logger, Redaction.Redact(exception.Message));
                    if (_clock.GetElapsedTime(renewed) >= _lease)
                    {
                        LoseAllExcept(new HashSet<(Guid, int)>(), Leased);
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
    }

    private async Task RenewOnceAsync(DateTimeOffset now)
    {
        var leased = Leased;
        if (leased.Count == 0 && _claims.IsEmpty)
        {
            return;
        }

        var kept = await _queue.RenewAsync(
            [.. leased.Select(entry => entry.Task)], [.. _claims.Keys], _owner, now, _lease, _stop.Token);
        LoseAllExcept(kept, leased);
    }

    /// <summary>A task that ended in the meantime is no longer leased, so it cannot lose its lease.</summary>
    private void LoseAllExcept(IReadOnlySet<(Guid Id, int Attempt)> kept, IReadOnlyCollection<LeasedTask> leased)
    {
        foreach (var entry in leased.Where(entry => !kept.Contains(entry.Task.Key) && _tasks.ContainsKey(entry.Task.Key)))
        {
            entry.Lose();
        }
    }
}

/// <summary>A claimed task while this worker owns its lease.</summary>
internal sealed class LeasedTask(ClaimedTask task, OpenClaim claim, CancellationToken stop) : IDisposable
{
    private readonly CancellationTokenSource _run = CancellationTokenSource.CreateLinkedTokenSource(stop);
    private int _isOver;
    private int _hasLeft;

    public ClaimedTask Task { get; } = task;

    public OpenClaim Claim { get; } = claim;

    /// <summary>Canceled when the lease is lost or the worker must stop immediately.</summary>
    public CancellationToken Token => _run.Token;

    /// <summary>True once another worker may be running the task.</summary>
    public bool IsLost { get; private set; }

    /// <returns>True at the first call.</returns>
    public bool Leave() => Interlocked.Exchange(ref _hasLeft, 1) == 0;

    public void Lose()
    {
        IsLost = true;
        if (Volatile.Read(ref _isOver) == 0)
        {
            try
            {
                _run.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // It ended at this very moment.
            }
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isOver, 1) == 0)
        {
            _run.Dispose();
        }
    }
}

/// <summary>A claim until all its tasks have ended; its orders are then rolled up.</summary>
internal sealed class OpenClaim(Guid id, IReadOnlyList<ClaimedTask> tasks)
{
    private int _open = tasks.Count;

    public Guid Id => id;

    public Guid[] OrderItemIds { get; } = [.. tasks.Select(task => task.OrderItemId).Distinct()];

    /// <returns>True for the last task.</returns>
    public bool End() => Interlocked.Decrement(ref _open) == 0;
}
