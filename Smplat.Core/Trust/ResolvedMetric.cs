namespace Smplat.Core.Trust;

/// <summary>A metric as it is answered.</summary>
public sealed record ResolvedMetric(string MetricId)
{
    public double? Value { get; init; }

    public string? FormattedValue { get; init; }

    public DateTimeOffset? ComputedAt { get; init; }

    public long SampleSize { get; init; }

    public int? FreshnessWindowMinutes { get; init; }

    public required VerificationState VerificationState { get; init; }

    public required IReadOnlyDictionary<string, object?> Metadata { get; init; }

    public required Provenance Provenance { get; init; }

    public PercentileBands? PercentileBands { get; init; }

    public double? FreshnessMinutesElapsed { get; init; }

    public string? UnsupportedGuard { get; init; }

    public DeliveryForecast? Forecast { get; init; }

    public IReadOnlyList<string> Alerts { get; init; } = [];

    public string? FallbackCopy { get; init; }
}
