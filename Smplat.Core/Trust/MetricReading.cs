namespace Smplat.Core.Trust;

/// <summary>What a metric's computation found.</summary>
/// <param name="Value">Raw number: ratios are 0 to 1, times are minutes. Null when there is nothing to tell.</param>
/// <param name="FormattedValue">The number as shoppers read it.</param>
/// <param name="SampleSize">How many rows stand behind the number.</param>
public sealed record MetricReading(double? Value, string? FormattedValue, long SampleSize)
{
    /// <summary>Details of the metric, beside its source.</summary>
    public IReadOnlyDictionary<string, object?> Details { get; init; } = new Dictionary<string, object?>();

    /// <summary>
    /// The youngest fact in the sample. A number computed a minute ago over facts that ended in spring is fresh, and old.
    /// </summary>
    public DateTimeOffset? DataAsOf { get; init; }

    public DeliveryForecast? Forecast { get; init; }
}
