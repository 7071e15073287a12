using Smplat.Core.Trust.Metrics;

namespace Smplat.Core.Trust.Cache;

/// <summary>
/// One metric's place in the cache. However many ask, at most one computation is under way; it belongs to nobody, so a
/// caller that leaves does not stop it for the others.
/// </summary>
internal sealed class MetricSlot(TrustMetric metric, MetricComputation computation, CancellationToken stopping)
{
    private readonly Lock _gate = new();
    private MetricSnapshot? _held;
    private Task<MetricSnapshot?>? _flight;
    private object? _ticket;
    private DateTimeOffset _pausedUntil;

    /// <summary>What is held and what is under way for a caller at this instant.</summary>
    public SlotView Look(DateTimeOffset now)
    {
        lock (_gate)
        {
            if (_held is { } held && now <= held.ExpiresAt)
            {
                var refreshes = now > held.RefreshAt && _flight is null && now >= _pausedUntil;
                return new(held, refreshes ? Start() : null, IsLeader: refreshes, IsCurrent: true);
            }

            if (_flight is { } joined)
            {
                return new(_held, joined, IsLeader: false, IsCurrent: false);
            }

            return now < _pausedUntil
                ? new(_held, null, IsLeader: false, IsCurrent: false)
                : new(_held, Start(), IsLeader: true, IsCurrent: false);
        }
    }

    /// <summary>Forgets the value; what is being computed from before is not kept either.</summary>
    public bool Purge()
    {
        lock (_gate)
        {
            var held = _held is not null;
            _held = null;
            _flight = null;
            _ticket = null;
            _pausedUntil = default;
            return held;
        }
    }

    /// <summary>Started off the caller's thread, so that no computation ever runs under the lock.</summary>
    private Task<MetricSnapshot?> Start()
    {
        var ticket = _ticket = new object();
        return _flight = Task.Run(() => FlyAsync(ticket));
    }

    private async Task<MetricSnapshot?> FlyAsync(object ticket)
    {
        var snapshot = await computation.RunAsync(metric, stopping);
        lock (_gate)
        {
            // A purge that came between has taken the ticket away: whoever asked before it gets the value, nobody after.
            if (ReferenceEquals(_ticket, ticket))
            {
                _flight = null;
                _ticket = null;
                _held = snapshot ?? _held;
                _pausedUntil = snapshot is null ? computation.PauseEnd() : default;
            }
        }

        return snapshot;
    }
}

/// <param name="Held">The last value, current or not.</param>
/// <param name="Flight">The computation to wait for, or that was just started in the background.</param>
/// <param name="IsLeader">This look started the computation.</param>
/// <param name="IsCurrent">The held value may be served as it is.</param>
internal sealed record SlotView(MetricSnapshot? Held, Task<MetricSnapshot?>? Flight, bool IsLeader, bool IsCurrent);
