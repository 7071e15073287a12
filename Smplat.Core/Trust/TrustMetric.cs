namespace Smplat.Core.Trust;

/// <summary>Computes a metric as of an instant, in one query.</summary>
public delegate Task<MetricReading> MetricMeasure(DateTimeOffset now, CancellationToken cancellationToken);

/// <summary>One metric: everything that the routes, the cache, the catalogue and the preview know about it.</summary>
/// <param name="Id">Permanent; a changed formula gets a new one.</param>
/// <param name="Source">Which part of the business the facts come from.</param>
/// <param name="FreshnessWindowMinutes">How long a computed value may say verified, unless the caller asks otherwise.</param>
public sealed record TrustMetric(string Id, string Source, int FreshnessWindowMinutes, MetricMeasure Measure)
{
    public MetricGroup Group { get; init; } = MetricGroup.Required;

    /// <summary>What the number tells, in a sentence for editors.</summary>
    public required string Meaning { get; init; }

    /// <summary>How it is computed, in a sentence for those who check it.</summary>
    public required string Formula { get; init; }

    /// <summary>Which rows it looks at.</summary>
    public required string Population { get; init; }

    /// <summary>Least sample for a value to be shown as verified; 0 is no minimum. A setting overrides it.</summary>
    public int MinimumSample { get; init; }

    /// <summary>
    /// True when the rows are counted, not sampled: then none of them is an answer, and a sample of 0 is not missing.
    /// </summary>
    public bool IsCensus { get; init; }
}
