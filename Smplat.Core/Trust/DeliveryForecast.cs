namespace Smplat.Core.Trust;

public sealed record DeliveryForecast(DateTimeOffset GeneratedAt, int HorizonHours, IReadOnlyList<SkuForecast> Skus);

public sealed record SkuForecast(
    string Sku,
    long BacklogTasks,
    long CompletedSampleSize,
    double? AverageMinutes,
    PercentileBands PercentileBands,
    IReadOnlyList<ShiftWindow> Windows,
    double? EstimatedClearMinutes,
    string? UnsupportedReason);

/// <summary>What one shift does to a queue.</summary>
public sealed record ShiftWindow(
    DateTimeOffset Start,
    DateTimeOffset End,
    int HourlyCapacity,
    long CapacityTasks,
    long BacklogAtStart,
    long ProjectedTasksCompleted,
    long BacklogAfter);
