using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Fulfillment;

/// <summary>
/// Renews the leases of everything that the worker holds, three times within a lease. A task whose lease was lost is
/// stopped: somebody else may be at work on it.
/// </summary>
internal sealed class LeaseKeeper : IAsyncDisposable
{
    private readonly TaskQueueStore _queue;
    private readonly string _owner;
    private readonly TimeSpan _lease;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    // By attempt: a run that lost a task may claim it again while its first attempt is still ending.
    private readonly ConcurrentDictionary<(Guid Id, int Attempt), HeldTask> _tasks = new();
    private readonly ConcurrentDictionary<Guid, HeldClaim> _claims = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _renewing;

    public LeaseKeeper(TaskQueueStore queue, string owner, TimeSpan lease, TimeProvider clock, ILogger logger)
    {
        (_queue, _owner, _lease, _clock, _logger) = (queue, owner, lease, clock, logger);
        _renewing = RenewAsync();
    }

    public IReadOnlyCollection<HeldTask> Held => [.. _tasks.Values];

    public void Hold(HeldClaim claim) => _claims[claim.Id] = claim;

    public void Hold(HeldTask task) => _tasks[task.Task.Key] = task;

    public void Drop(HeldClaim claim) => _claims.TryRemove(claim.Id, out _);

    public void Drop(HeldTask task)
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
                        LoseAllBut(new HashSet<(Guid, int)>(), Held);
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
        var held = Held;
        if (held.Count == 0 && _claims.IsEmpty)
        {
            return;
        }

        var kept = await _queue.RenewAsync(
            [.. held.Select(entry => entry.Task)], [.. _claims.Keys], _owner, now, _lease, _stop.Token);
        LoseAllBut(kept, held);
    }

    /// <summary>A task that ended between the two lists is no longer held and loses nothing.</summary>
    private void LoseAllBut(IReadOnlySet<(Guid Id, int Attempt)> kept, IReadOnlyCollection<HeldTask> held)
    {
        foreach (var entry in held.Where(entry => !kept.Contains(entry.Task.Key) && _tasks.ContainsKey(entry.Task.Key)))
        {
            entry.Lose();
        }
    }
}
