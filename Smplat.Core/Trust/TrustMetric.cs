using System.Collections.Frozen;
using Microsoft.Extensions.Options;

namespace Smplat.Core.Trust;

/// <summary>Computes a metric as of an instant, in one query.</summary>
public delegate Task<MetricReading> MetricMeasure(DateTimeOffset now, CancellationToken cancellationToken);

/// <summary>
/// One metric: everything that the routes, the cache, the catalog and the preview need to know about it.
/// </summary>
/// <param name="Id">Permanent; a changed formula gets a new one.</param>
/// <param name="Source">Which part of the business the facts come from.</param>
/// <param name="FreshnessWindowMinutes">
/// How long a computed value counts as verified, unless the caller gives a window.
/// </param>
public sealed record TrustMetric(string Id, string Source, int FreshnessWindowMinutes, MetricMeasure Measure)
{
    public MetricGroup Group { get; init; } = MetricGroup.Required;

    /// <summary>What the number means, in a sentence for editors.</summary>
    public required string Meaning { get; init; }

    /// <summary>How it is computed, in a sentence for people who verify it.</summary>
    public required string Formula { get; init; }

    /// <summary>Which rows it covers.</summary>
    public required string Population { get; init; }

    /// <summary>
    /// Smallest sample for a value to be shown as verified; 0 means no minimum. A setting overrides it.
    /// </summary>
    public int MinimumSample { get; init; }

    /// <summary>
    /// True when all rows are counted, not sampled: zero rows is then a valid result and not a missing value.
    /// </summary>
    public bool IsCensus { get; init; }
}

/// <summary>The result of computing a metric.</summary>
/// <param name="Value">Raw number: ratios are 0 to 1, times are minutes. Null when there is no value.</param>
/// <param name="FormattedValue">The number as shown to shoppers.</param>
/// <param name="SampleSize">How many rows the number is based on.</param>
public sealed record MetricReading(double? Value, string? FormattedValue, long SampleSize)
{
    /// <summary>Additional details of the metric; its source is added later.</summary>
    public IReadOnlyDictionary<string, object?> Details { get; init; } = new Dictionary<string, object?>();

    /// <summary>
    /// The newest fact in the sample. A number computed a minute ago can still be based on months-old facts.
    /// </summary>
    public DateTimeOffset? DataAsOf { get; init; }

    public DeliveryForecast? Forecast { get; init; }
}

/// <summary>Why a metric is in the catalog.</summary>
public enum MetricGroup
{
    /// <summary>Required by the contract.</summary>
    Required,

    /// <summary>Added to the contract, with the same formulas as its first implementation.</summary>
    Extended,

    /// <summary>A variant that corrects the formula of another metric, under its own id.</summary>
    Corrected,
}

/// <summary>All metrics. To add one, add an entry here and the measure it names; nothing else changes.</summary>
internal static class TrustMetricList
{
    private const string Fulfillment = "fulfillment";
    private const string Support = "support";

    public static IReadOnlyList<TrustMetric> Create(TrustFactStore facts)
    {
        var measures = new TaskMeasures(facts);
        var forecast = new ForecastMeasure(facts);
        return
        [
            .. Required(measures),
            .. Extended(measures, forecast),
            .. Corrected(measures),
        ];
    }

    private static IEnumerable<TrustMetric> Required(TaskMeasures measures) =>
    [
        new("fulfillment_sla_on_time_pct", Fulfillment, 1440, measures.OnTimeAsync)
        {
            Meaning = "Share of tasks that were done by the time they were due.",
            Population = "Tasks with a completion and a due (or scheduled) time, whatever their status; all time.",
            Formula = "Tasks completed at or before the due time, divided by all of them.",
        },
        new("first_response_minutes", Support, 360, measures.FirstResponseAsync)
        {
            Meaning = "Minutes from an order to the first work on it.",
            Population = "Tasks that were ever started, whatever their status; all time.",
            Formula = "Mean of first start minus order time; negative values are left out; one sample per task.",
        },
        new("nps_trailing_30d", Fulfillment, 1440, measures.MeanScoreAsync)
        {
            Meaning = "Mean score given by customers in the last 30 days.",
            Population = "Tasks completed in the last 720 hours whose result has a numeric nps_score.",
            Formula = "Arithmetic mean of the scores. Not promoters minus detractors; that is nps_promoter_score_30d.",
        },
    ];

    private static IEnumerable<TrustMetric> Extended(TaskMeasures measures, ForecastMeasure forecast) =>
    [
        new("fulfillment_backlog_minutes", Fulfillment, 120, measures.BacklogAsync)
        {
            Group = MetricGroup.Extended,
            Meaning = "Total minutes by which open tasks are overdue.",
            Population = "Open tasks (pending or in progress).",
            Formula = "Sum of now minus scheduled (or created) time over the overdue ones; no value when none is overdue.",
        },
        new("fulfillment_staffing_coverage_pct", Fulfillment, 180, measures.CoverageAsync)
        {
            Group = MetricGroup.Extended,
            Meaning = "Work completed in the last day, compared with work still open from that day.",
            Population = "The last 24 hours, both ends included.",
            Formula = "Tasks completed, divided by tasks scheduled and still open; may exceed 100 %.",
        },
        new("fulfillment_delivery_sla_forecast", Fulfillment, 60, forecast.MeasureAsync)
        {
            Group = MetricGroup.Extended,
            Meaning = "Minutes until the slowest product's queue is empty.",
            Population = "Open tasks, completions of the last 720 hours and shifts of the next 36 hours, by product.",
            Formula = "Per product: the time at which its shifts empty the queue, otherwise queue divided by mean capacity; then the maximum.",
        },
    ];

    private static IEnumerable<TrustMetric> Corrected(TaskMeasures measures) =>
    [
        new("fulfillment_sla_on_time_completed_pct", Fulfillment, 1440, measures.OnTimeCompletedAsync)
        {
            Group = MetricGroup.Corrected,
            MinimumSample = 20,
            Meaning = "Share of completed tasks that were done by the time they were due.",
            Population = "Tasks with status completed, a completion and a due (or scheduled) time; all time.",
            Formula = "As fulfillment_sla_on_time_pct, without failed and cancelled tasks.",
        },
        new("nps_promoter_score_30d", Fulfillment, 1440, measures.PromoterScoreAsync)
        {
            Group = MetricGroup.Corrected,
            MinimumSample = 10,
            Meaning = "Net promoter score of the last 30 days, from -100 to 100.",
            Population = "Tasks completed in the last 720 hours with an nps_score from 0 to 10.",
            Formula = "Percentage of scores of 9 or more, minus percentage of scores of 6 or less.",
        },
        new("fulfillment_backlog_total_minutes", Fulfillment, 120, measures.BacklogTotalAsync)
        {
            Group = MetricGroup.Corrected,
            IsCensus = true,
            Meaning = "Total minutes by which open tasks are overdue; 0 when nothing is overdue.",
            Population = "Open tasks (pending or in progress).",
            Formula = "As fulfillment_backlog_minutes, but 0 where that metric has no value.",
        },
        new("fulfillment_staffing_coverage_capped_pct", Fulfillment, 180, measures.CappedCoverageAsync)
        {
            Group = MetricGroup.Corrected,
            MinimumSample = 1,
            Meaning = "Work completed in the last day, compared with all work of that day; at most 100 %.",
            Population = "The last 24 hours, both ends included.",
            Formula = "As fulfillment_staffing_coverage_pct, capped at 100 %; completed tasks count in the sample.",
        },
    ];
}

/// <summary>All metrics by id, fixed at start. The cache has one slot for each of them and no others.</summary>
public sealed class TrustMetricRegistry(IEnumerable<TrustMetric> metrics)
{
    private readonly FrozenDictionary<string, TrustMetric> _byId = metrics.ToFrozenDictionary(metric => metric.Id);

    /// <summary>Sorted by id.</summary>
    public IReadOnlyList<TrustMetric> All { get; } = [.. metrics.OrderBy(metric => metric.Id, StringComparer.Ordinal)];

    public TrustMetric? Find(string metricId) => _byId.GetValueOrDefault(metricId);
}

/// <summary>The catalog of available metrics, for editors and documentation.</summary>
public sealed class TrustMetricCatalog(TrustMetricRegistry registry, IOptionsMonitor<TrustOptions> options)
{
    public MetricCatalog List()
    {
        var minimums = options.CurrentValue.MinimumSamples;
        return new([.. registry.All.Select(metric => new MetricCatalogEntry(
            metric.Id,
            metric.Group,
            metric.Meaning,
            metric.Source,
            metric.FreshnessWindowMinutes,
            metric.Population,
            metric.Formula,
            MinimumSamples.For(metric, minimums)))]);
    }
}

public sealed record MetricCatalog(IReadOnlyList<MetricCatalogEntry> Metrics);

public sealed record MetricCatalogEntry(
    string MetricId,
    MetricGroup Group,
    string Meaning,
    string Source,
    int FreshnessWindowMinutes,
    string Population,
    string Formula,
    int MinimumSample);
