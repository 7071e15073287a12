namespace Smplat.Core.Trust;

/// <summary>When delivery may be expected, from a forecast where there is one and from the editor's minutes where not.</summary>
public sealed record ResolvedTimeline(string? Headline, string? Narrative, string ConfidenceLabel, BoundMetric? Metric, Badge? Badge)
{
    public double? MinMinutes { get; init; }

    public double? AverageMinutes { get; init; }

    public double? MaxMinutes { get; init; }

    public double? P50Minutes { get; init; }

    public double? P90Minutes { get; init; }

    /// <summary>Whole days for shoppers: rounded, the longest rounded up, at least one.</summary>
    public DayRange? Days { get; init; }

    public IReadOnlyList<string> Alerts { get; init; } = [];

    public string? FallbackCopy { get; init; }

    public string? CacheLayer { get; init; }
}

public sealed record DayRange(int? Min, int? Average, int? Max);
