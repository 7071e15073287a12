using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Fulfillment.Execution;

namespace Smplat.Core.Fulfillment.Hosts;

/// <summary>
/// Keeps hosts apart: one that fails or is slow costs its own tasks time and nobody else's, and no task uses up its retries
/// against a host that is down. Each instance learns for itself.
/// </summary>
public sealed class HostLanes(IOptionsMonitor<HostOptions> options, TimeProvider clock, ILogger<HostLanes> logger)
{
    // Templates may make up hosts without end within an allowed domain.
    private const int MaxLanes = 500;

    private readonly ConcurrentDictionary<(string Host, int Parallelism, int Failures, int Seconds), HostLane> _lanes = new();

    /// <summary>Hosts that are remembered.</summary>
    public int Count => _lanes.Count;

    /// <param name="url">Its host and port choose the lane.</param>
    /// <param name="call">Makes the call; its failures are its own to throw.</param>
    /// <param name="cancellationToken">Ends the waiting and the call.</param>
    /// <exception cref="HostPausedException">The call was not made and should be, later.</exception>
    public Task<CallResult> CallAsync(
        Uri url, Func<CancellationToken, Task<CallResult>> call, CancellationToken cancellationToken)
    {
        if (_lanes.Count >= MaxLanes)
        {
            Forget();
        }

        // Changed settings make a new lane; what is under way ends in the old one.
        var settings = options.CurrentValue;
        var lane = _lanes.GetOrAdd(
            (url.Authority, settings.Parallelism, settings.BreakerFailures, settings.BreakerSeconds),
            key => new HostLane(key.Host, settings, clock, logger));
        return lane.CallAsync(call, cancellationToken);
    }

    private void Forget()
    {
        foreach (var (key, lane) in _lanes)
        {
            if (lane.IsIdle)
            {
                _lanes.TryRemove(key, out _);
            }
        }
    }
}
