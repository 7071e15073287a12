using System.Collections.Frozen;
using Microsoft.Extensions.Options;
using Smplat.Core.Trust.Metrics;

namespace Smplat.Core.Trust.Cache;

/// <summary>
/// The last value of every registered metric, in the memory of this process. It has a place for each of them from the
/// start and for nothing else, so no request can make it grow; a restart empties it.
/// </summary>
public sealed class TrustMetricCache : IDisposable
{
    private readonly FrozenDictionary<string, MetricSlot> _slots;
    private readonly IOptionsMonitor<TrustOptions> _options;
    private readonly TrustCounters _counters;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _stopping = new();

    public TrustMetricCache(
        TrustMetricRegistry registry,
        MetricComputation computation,
        IOptionsMonitor<TrustOptions> options,
        TrustCounters counters,
        TimeProvider clock)
    {
        (_options, _counters, _clock) = (options, counters, clock);
        var stopping = _stopping.Token;
        _slots = registry.All.ToFrozenDictionary(metric => metric.Id, metric => new MetricSlot(metric, computation, stopping));
    }

    public async Task<ServedMetric> GetAsync(string metricId, CancellationToken cancellationToken)
    {
        var slot = _slots[metricId];
        var now = _clock.GetUtcNow();
        var view = slot.Look(now);
        if (view is { IsCurrent: true, Held: { } current })
        {
            _counters.Count(metricId, TrustCounters.Hit);
            if (view.IsLeader)
            {
                _counters.Count(metricId, TrustCounters.Refresh);
            }

            return new ServedMetric.Remembered(current);
        }

        if (view.Flight is not null)
        {
            _counters.Count(metricId, view.IsLeader ? TrustCounters.Miss : TrustCounters.Coalesced);
        }

        var stale = view.Held is { } held && now - held.ComputedAt <= Minutes(_options.CurrentValue.StaleLimitMinutes)
            ? held
            : null;
        var served = await ServeAsync(stale, view.Flight, cancellationToken);
        if (served is ServedMetric.Renewing or ServedMetric.Outdated)
        {
            _counters.Count(metricId, TrustCounters.Stale);
        }

        return served;
    }

    /// <summary>Forgets one value or all of them, and gives the ids whose values are gone, in order.</summary>
    public IReadOnlyList<string> Purge(string? metricId)
    {
        if (metricId is not null)
        {
            _slots.GetValueOrDefault(metricId)?.Purge();
            return [metricId];
        }

        return [.. _slots.Where(slot => slot.Value.Purge()).Select(slot => slot.Key).Order(StringComparer.Ordinal)];
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }

    private async Task<ServedMetric> ServeAsync(
        MetricSnapshot? stale, Task<MetricSnapshot?>? flight, CancellationToken cancellationToken)
    {
        if (flight is null)
        {
            return stale is null ? new ServedMetric.Failed() : new ServedMetric.Outdated(stale);
        }

        if (stale is null)
        {
            return await flight.WaitAsync(cancellationToken) is { } first
                ? new ServedMetric.Computed(first)
                : new ServedMetric.Failed();
        }

        if (!await EndsInTimeAsync(flight, cancellationToken))
        {
            return new ServedMetric.Renewing(stale);
        }

        return await flight is { } renewed ? new ServedMetric.Computed(renewed) : new ServedMetric.Outdated(stale);
    }

    private async Task<bool> EndsInTimeAsync(Task flight, CancellationToken cancellationToken)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var wait = Task.Delay(
            TimeSpan.FromMilliseconds(_options.CurrentValue.RefreshWaitMilliseconds), _clock, enough.Token);
        var first = await Task.WhenAny(flight, wait);
        await enough.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        return first == flight;
    }

    private static TimeSpan Minutes(int minutes) => TimeSpan.FromMinutes(minutes);
}
