using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Trust.Metrics;

namespace Smplat.Core.Trust.Cache;

/// <summary>Runs a metric's query, within a time limit and without letting its failure out.</summary>
public sealed class MetricComputation(
    IOptionsMonitor<TrustOptions> options, TrustCounters counters, TimeProvider clock, ILogger<MetricComputation> logger)
{
    /// <summary>Null when it failed, which is then logged and counted.</summary>
    public async Task<MetricSnapshot?> RunAsync(TrustMetric metric, CancellationToken stopping)
    {
        var settings = options.CurrentValue;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(settings.ComputeTimeoutSeconds), clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stopping);
        var now = clock.GetUtcNow();
        var began = clock.GetTimestamp();
        try
        {
            var reading = await metric.Measure(now, either.Token);
            counters.Computed(metric.Id, clock.GetElapsedTime(began));
            return Keep(reading, now, settings);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception exception)
        {
            // One metric's failure is its own: the others are answered, and this one says that it is missing.
            counters.Count(metric.Id, TrustCounters.Failed);
            TrustLog.MetricFailed(logger, metric.Id, exception.GetType().Name, exception);
            return null;
        }
    }

    /// <summary>When the next try is allowed after a failure just now.</summary>
    public DateTimeOffset PauseEnd() => clock.GetUtcNow() + TimeSpan.FromSeconds(options.CurrentValue.FailurePauseSeconds);

    private static MetricSnapshot Keep(MetricReading reading, DateTimeOffset now, TrustOptions settings)
    {
        var life = TimeSpan.FromMinutes(settings.CacheMinutes);
        var early = life * (settings.CacheJitterPercent / 100d * Random.Shared.NextDouble());
        return new(reading, now, now + life, now + life - early);
    }
}
