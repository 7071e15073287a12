namespace Smplat.Core.Trust.Cache;

/// <summary>What a caller gets for a metric.</summary>
public abstract record ServedMetric
{
    private ServedMetric()
    {
    }

    /// <summary>Computed for this caller, or for another one that asked at the same time.</summary>
    public sealed record Computed(MetricSnapshot Snapshot) : ServedMetric;

    /// <summary>From memory, within the cache time.</summary>
    public sealed record Remembered(MetricSnapshot Snapshot) : ServedMetric;

    /// <summary>From memory, past the cache time, while a newer value is being computed.</summary>
    public sealed record Renewing(MetricSnapshot Snapshot) : ServedMetric;

    /// <summary>From memory, past the cache time, because no newer value could be computed.</summary>
    public sealed record Outdated(MetricSnapshot Snapshot) : ServedMetric;

    /// <summary>There is no value and none could be computed.</summary>
    public sealed record Failed : ServedMetric;
}
