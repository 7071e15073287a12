using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Caching;
using Smplat.Core.Platform.Input;
using Smplat.Core.Platform.Observability;

namespace Smplat.Core.Trust;

/// <summary>An operator wants values recomputed.</summary>
/// <param name="MetricId">One metric, or null for all.</param>
public sealed record PurgeTrust(string? MetricId)
{
    public static PurgeTrust Read(Fields fields) => new(fields.Text("metric_id", min: 0, max: ResolveTrust.MaxMetricId));
}

/// <param name="PurgedMetricIds">The requested id even if it had no value, or all ids that had a value, sorted.</param>
public sealed record PurgedTrust(IReadOnlyList<string> PurgedMetricIds);

/// <summary>
/// The last value of every registered metric, in the memory of this process. It has one slot for each registered
/// metric, so no request can make it grow; a restart empties it. However many callers ask, a metric is computed by one
/// query at a time.
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

    /// <summary>
    /// Removes one value or all of them from the cache of this instance, so that the next request computes them.
    /// </summary>
    public PurgedTrust Purge(PurgeTrust command)
    {
        var purged = command.MetricId is { } metricId ? PurgeOne(metricId) : PurgeAll();
        TrustLog.Purged(_logger, string.Join(", ", purged));
        return new(purged);
    }

    public void Dispose()
    {
        _isStopping = true;
        _cache.CancelAll();
    }

    private string[] PurgeOne(string metricId)
    {
        _cache.Purge(metricId);
        return [metricId];
    }

    private string[] PurgeAll() => [.. _computations.Keys.Where(_cache.Purge).Order(StringComparer.Ordinal)];

    /// <summary>Runs a metric's query within a time limit. A failure is logged, counted and rethrown.</summary>
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
            // One failed metric does not affect the others: it is returned as missing.
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

/// <summary>Durable counters of the cache. The set of label values is fixed.</summary>
public sealed class TrustCounters(DurableCounters counters)
{
    public const string Events = "smplat_trust_cache_events_total";
    public const string ComputeSeconds = "smplat_trust_compute_seconds_total";
    public const string Computations = "smplat_trust_computations_total";
    public const string Hit = "hit";
    public const string Miss = "miss";
    public const string Stale = "stale";
    public const string Coalesced = "coalesced";
    public const string Failed = "failed";
    public const string Refresh = "refresh";

    public void Count(string metricId, string layer) =>
        counters.Increment(Events, ("metric_id", metricId), ("layer", layer));

    public void Computed(string metricId, TimeSpan took)
    {
        counters.Increment(Computations, ("metric_id", metricId));
        counters.Add(ComputeSeconds, took.TotalSeconds, ("metric_id", metricId));
    }

    /// <summary>Unregistered ids are counted under one label, so that callers cannot create label values.</summary>
    public void Unsupported(int count) =>
        counters.Add(Events, count, ("metric_id", "unregistered"), ("layer", "unsupported"));
}
