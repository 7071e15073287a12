namespace Smplat.Core.Trust;

/// <summary>A product's forecast as it stands in the metric's metadata.</summary>
public sealed record SkuBreakdown(
    long BacklogTasks,
    double? AverageMinutes,
    PercentileBands PercentileBands,
    IReadOnlyList<ShiftWindow> Windows,
    string? UnsupportedReason,
    double? EstimatedClearMinutes,
    long SampleSize);
