using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Caching;

namespace Smplat.Core.Trust;

/// <summary>Answers a storefront's metrics: every id computed once, side by side, and each on its own.</summary>
public sealed class TrustResolver(
    TrustMetricRegistry registry,
    TrustMetricCache cache,
    IOptionsMonitor<TrustOptions> options,
    TrustCounters counters,
    TimeProvider clock,
    ILogger<TrustResolver> logger)
{
    public async Task<ResolvedTrust> ResolveAsync(ResolveTrust command, CancellationToken cancellationToken)
    {
        WarnOfUnsupported(command.Metrics);
        var known = command.Metrics.Select(wanted => wanted.MetricId).Distinct().Where(id => registry.Find(id) is not null);
        var pending = known.ToDictionary(id => id, id => cache.GetAsync(id, cancellationToken));
        await Task.WhenAll(pending.Values);

        var answers = new List<ResolvedMetric>(command.Metrics.Count);
        foreach (var wanted in command.Metrics)
        {
            answers.Add(registry.Find(wanted.MetricId) is { } metric
                ? Answer(metric, wanted, await pending[metric.Id])
                : MetricAnswer.Unsupported(wanted));
        }

        return new(command.Slug, answers);
    }

    private ResolvedMetric Answer(TrustMetric metric, WantedMetric wanted, CacheResult<MetricReading> served) => MetricAnswer.Of(
        metric, wanted, served, MinimumSamples.Of(metric, options.CurrentValue.MinimumSamples), clock.GetUtcNow());

    private void WarnOfUnsupported(IReadOnlyList<WantedMetric> wanted)
    {
        string[] unknown = [.. wanted.Select(metric => metric.MetricId).Distinct().Where(id => registry.Find(id) is null)];
        if (unknown.Length > 0)
        {
            counters.Unsupported(unknown.Length);
            TrustLog.UnsupportedMetrics(logger, string.Join(", ", unknown));
        }
    }
}
