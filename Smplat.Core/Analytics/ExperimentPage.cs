namespace Smplat.Core.Analytics;

/// <param name="NextCursor">Where the next page starts; null at the end.</param>
public sealed record ExperimentPage(IReadOnlyList<ExperimentEvent> Events, string? NextCursor);
