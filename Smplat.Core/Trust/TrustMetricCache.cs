using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Caching;

namespace Smplat.Core.Trust;

/// <summary>
/// The last value of every registered metric, in the memory of this process. It has room for each of them and knows nothing
/// else, so no request can make it grow; a restart empties it. However many ask, a metric is computed once at a time.
/// </summary>
public sealed class TrustMetricCache : IDisposable
{
    private readonly FrozenDictionary<string, Func<CancellationToken, Task<Computed<MetricReading>>>> _computations;
    private readonly SingleFlightCache<MetricReading> _cache;
    private readonly IOptionsMonitor<TrustOptions> _options;
    private readonly TrustCounters _counters;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private volatile bool _isStopping;

    public TrustMetricCache(
        TrustMetricRegistry registry,
        IOptionsMonitor<TrustOptions> options,
        TrustCounters counters,
        TimeProvider clock,
        ILogger<TrustMetricCache> logger)
    {
        (_options, _counters, _clock, _logger) = (options, counters, clock, logger);
        _computations = registry.All.ToFrozenDictionary(
            metric => metric.Id,
            metric => (Func<CancellationToken, Task<Computed<MetricReading>>>)(token => ComputeAsync(metric, token)));
        _cache = new(new CacheBounds(Math.Max(registry.All.Count, 1)), clock, cancelsAbandoned: false);
    }

    public async Task<CacheResult<MetricReading>> GetAsync(string metricId, CancellationToken cancellationToken)
    {
        var settings = _options.CurrentValue;
        var policy = new CachePolicy
        {
            StaleLimit = TimeSpan.FromMinutes(settings.StaleLimitMinutes),
            RefreshWait = TimeSpan.FromMilliseconds(settings.RefreshWaitMilliseconds),
            FailurePause = TimeSpan.FromSeconds(settings.FailurePauseSeconds),
        };
        var answer = await _cache.GetAsync(metricId, _computations[metricId], policy, cancellationToken);
        Count(metricId, answer);
        return answer;
    }

    /// <summary>Forgets one value or all of them, and gives the ids whose values are gone, in order.</summary>
    public IReadOnlyList<string> Purge(string? metricId)
    {
        if (metricId is not null)
        {
            _cache.Purge(metricId);
            return [metricId];
        }

        return [.. _computations.Keys.Where(_cache.Purge).Order(StringComparer.Ordinal)];
    }

    public void Dispose()
    {
        _isStopping = true;
        _cache.CancelAll();
    }

    /// <summary>Runs a metric's query, within a time limit. A failure is logged and counted here, and thrown on.</summary>
    private async Task<Computed<MetricReading>> ComputeAsync(TrustMetric metric, CancellationToken stopping)
    {
        var settings = _options.CurrentValue;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(settings.ComputeTimeoutSeconds), _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stopping);
        var began = _clock.GetTimestamp();
        try
        {
            var reading = await metric.Measure(_clock.GetUtcNow(), either.Token);
            _counters.Computed(metric.Id, _clock.GetElapsedTime(began));
            return new(reading, TimeSpan.FromMinutes(settings.CacheMinutes), EarlyShare: settings.CacheJitterPercent / 100d);
        }
        catch (Exception exception) when (!_isStopping)
        {
            // One metric's failure is its own: the others are answered, and this one says that it is missing.
            _counters.Count(metric.Id, TrustCounters.Failed);
            TrustLog.MetricFailed(_logger, metric.Id, exception.GetType().Name, exception);
            throw;
        }
    }

    private void Count(string metricId, in CacheResult<MetricReading> answer)
    {
        if (answer.Origin == CacheOrigin.Cached)
        {
            _counters.Count(metricId, TrustCounters.Hit);
            if (answer.HasStarted)
            {
                _counters.Count(metricId, TrustCounters.Refresh);
            }

            return;
        }

        if (answer.HasStarted || answer.HasJoined)
        {
            _counters.Count(metricId, answer.HasStarted ? TrustCounters.Miss : TrustCounters.Coalesced);
        }

        if (answer.Origin is CacheOrigin.Refreshing or CacheOrigin.Stale)
        {
            _counters.Count(metricId, TrustCounters.Stale);
        }
    }
}
