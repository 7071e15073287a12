using Microsoft.Extensions.Logging;

namespace Smplat.Core.Platform.Observability;

/// <summary>
/// The feed that scrapers read: durable counters and what sources tell now. All of it is read from Postgres, so every
/// instance gives the same answer.
/// </summary>
public sealed partial class PrometheusFeed(
    DurableCounters counters,
    IEnumerable<MetricFamily> declared,
    IEnumerable<IMetricSource> sources,
    ILogger<PrometheusFeed> logger)
{
    private const string FailedSources = "smplat_feed_failed_sources";

    /// <summary>Series that one family may show; the smallest are left out and counted, so that a feed stays readable.</summary>
    private const int MaxSeries = 200;

    private static readonly MetricFamily Failed = new(
        FailedSources, "Sources of figures that could not be read for this scrape", MetricType.Gauge, IsAlwaysShown: true);

    public async Task<string> WriteAsync(CancellationToken cancellationToken)
    {
        // The counters must be there: a feed without them would read as a restart at zero.
        var stored = await counters.ReadAsync("", cancellationToken);
        var read = await Task.WhenAll(sources.Select(source => ReadAsync(source, cancellationToken)));

        var families = new Dictionary<string, MetricFamily>(StringComparer.Ordinal) { [Failed.Name] = Failed };
        foreach (var family in declared.Concat(sources.SelectMany(source => source.Families)))
        {
            families[family.Name] = family;
        }

        var samples = stored
            .Select(counter => new MetricSample(counter.Name, counter.Value, counter.ReadLabels()))
            .Concat(read.SelectMany(result => result.Samples))
            .Append(new MetricSample(FailedSources, read.Count(result => result.HasFailed)))
            .ToLookup(sample => sample.Family);
        foreach (var name in samples.Select(group => group.Key).Where(name => !families.ContainsKey(name)))
        {
            families[name] = new(name, "A durable counter", MetricType.Counter);
        }

        return ExpositionText.Write(families.Values.Select(family => (family, Bound(family, [.. samples[family.Name]]))));
    }

    private static IReadOnlyList<MetricSample> Bound(MetricFamily family, IReadOnlyList<MetricSample> samples) =>
        samples.Count == 0 && family.IsAlwaysShown ? [new(family.Name, 0)]
        : samples.Count > MaxSeries ? [.. samples.OrderByDescending(sample => sample.Value).Take(MaxSeries)]
        : samples;

    private async Task<(IReadOnlyList<MetricSample> Samples, bool HasFailed)> ReadAsync(
        IMetricSource source, CancellationToken cancellationToken)
    {
        try
        {
            return (await source.ReadAsync(cancellationToken), false);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogFailedSource(logger, source.GetType().Name, exception);
            return ([], true);
        }
    }

    [LoggerMessage(1310, LogLevel.Error, "Figures of {Source} are missing from this scrape")]
    private static partial void LogFailedSource(ILogger logger, string source, Exception exception);
}
