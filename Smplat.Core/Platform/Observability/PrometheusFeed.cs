using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Smplat.Core.Platform.Observability;

/// <summary>The type of a metric in the text format.</summary>
public enum MetricType
{
    Counter,
    Gauge,
}

/// <summary>A metric: its name, meaning and type.</summary>
/// <param name="IsAlwaysShown">A family without labels that is shown as zero until something happens.</param>
public sealed record MetricFamily(string Name, string Help, MetricType Type, bool IsAlwaysShown = false)
{
    /// <summary>
    /// A label whose values are shown as zero until something happens, so that a difference over time includes the first
    /// increment.
    /// </summary>
    public (string Name, IReadOnlyList<string> Values)? ShownFor { get; init; }
}

/// <summary>One value of a family.</summary>
/// <param name="Labels">Null for none.</param>
public sealed record MetricSample(string Family, double Value, IReadOnlyDictionary<string, string>? Labels = null)
{
    public static MetricSample Of(string family, double value, params (string Name, string Value)[] labels) => new(
        family, value, labels.Length == 0 ? null : labels.ToDictionary(label => label.Name, label => label.Value));
}

/// <summary>Metrics that are read for each scrape, such as the depth of a queue. Durable counters do not need a source.</summary>
public interface IMetricSource
{
    IReadOnlyList<MetricFamily> Families { get; }

    Task<IReadOnlyList<MetricSample>> ReadAsync(CancellationToken cancellationToken);
}

/// <summary>
/// The metrics that Prometheus scrapes: durable counters and the current values of sources. All of them are read from Postgres,
/// so every instance returns the same values.
/// </summary>
public sealed class PrometheusFeed(
    DurableCounters counters,
    IEnumerable<MetricFamily> declared,
    IEnumerable<IMetricSource> sources,
    ILogger<PrometheusFeed> logger)
{
    private const string FailedSources = "smplat_feed_failed_sources";

    /// <summary>Maximum series of one family; the smallest ones are left out, so that the feed stays readable.</summary>
    private const int MaxSeries = 200;

    private static readonly MetricFamily Failed = new(
        FailedSources, "Metric sources that could not be read for this scrape", MetricType.Gauge, IsAlwaysShown: true);

    public async Task<string> WriteAsync(CancellationToken cancellationToken)
    {
        // If the counters cannot be read, the scrape fails: a feed without them would look like a reset to zero.
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

        return ExpositionText.Write(families.Values.Select(family => (family, Limit(family, [.. samples[family.Name]]))));
    }

    private static IReadOnlyList<MetricSample> Limit(MetricFamily family, IReadOnlyList<MetricSample> samples) =>
        family.ShownFor is { } shown
            ? [
                .. samples,
                .. from value in shown.Values
                   where !samples.Any(sample => sample.Labels?.GetValueOrDefault(shown.Name) == value)
                   select MetricSample.Of(family.Name, 0, (shown.Name, value)),
            ]
        : samples.Count == 0 && family.IsAlwaysShown ? [new(family.Name, 0)]
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
            ObservabilityLog.SourceFailed(logger, source.GetType().Name, exception);
            return ([], true);
        }
    }
}

/// <summary>Writes the Prometheus text format 0.0.4: one HELP and TYPE per family, sorted, escaped, LF, final newline.</summary>
public static class ExpositionText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static string Write(IEnumerable<(MetricFamily Family, IReadOnlyList<MetricSample> Samples)> families)
    {
        var text = new StringBuilder();
        foreach (var (family, samples) in families.OrderBy(entry => entry.Family.Name, StringComparer.Ordinal))
        {
            text.Append("# HELP ").Append(family.Name).Append(' ').Append(EscapeHelp(family.Help)).Append('\n');
            text.Append("# TYPE ").Append(family.Name).Append(' ').Append(family.Type == MetricType.Counter ? "counter" : "gauge").Append('\n');
            foreach (var (labels, value) in samples
                .Select(sample => (Labels: WriteLabels(sample.Labels), sample.Value))
                .OrderBy(sample => sample.Labels, StringComparer.Ordinal))
            {
                text.Append(family.Name).Append(labels).Append(' ').Append(WriteValue(value)).Append('\n');
            }
        }

        return text.ToString();
    }

    private static string WriteLabels(IReadOnlyDictionary<string, string>? labels) => labels is null || labels.Count == 0
        ? ""
        : "{" + string.Join(',', labels
            .OrderBy(label => label.Key, StringComparer.Ordinal)
            .Select(label => $"{label.Key}=\"{EscapeLabel(label.Value)}\"")) + "}";

    private static string WriteValue(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        double.NaN => "NaN",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private static string EscapeHelp(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    // Label values come from user input: unescaped, one value could forge any other metric.
    private static string EscapeLabel(string text) => EscapeHelp(text)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\r", " ", StringComparison.Ordinal);
}

/// <summary>The running build and the status of its components.</summary>
internal sealed class AppMetrics(ReadinessCheck readiness) : IMetricSource
{
    private const string Build = "smplat_build_info";
    private const string Component = "smplat_component_status";

    public IReadOnlyList<MetricFamily> Families { get; } =
    [
        new(Build, "1, labelled with the running version", MetricType.Gauge),
        new(Component, "1 for the current status of a readiness component, 0 for the others", MetricType.Gauge),
    ];

    public async Task<IReadOnlyList<MetricSample>> ReadAsync(CancellationToken cancellationToken)
    {
        var report = await readiness.CheckAsync(cancellationToken);
        return
        [
            MetricSample.Of(Build, 1, ("version", SmplatTelemetry.Version)),
            .. from component in report.Components
               from status in Enum.GetValues<ComponentStatus>()
               select MetricSample.Of(
                   Component,
                   component.Value.Status == status ? 1 : 0,
                   ("component", component.Key),
                   ("status", status.ToString().ToLowerInvariant())),
        ];
    }
}
