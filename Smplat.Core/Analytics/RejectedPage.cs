namespace Smplat.Core.Analytics;

/// <param name="NextCursor">Where the next page starts; null at the end.</param>
public sealed record RejectedPage(IReadOnlyList<RejectedEventRow> Events, string? NextCursor);
