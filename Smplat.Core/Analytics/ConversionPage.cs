namespace Smplat.Core.Analytics;

/// <param name="NextCursor">Slug to go on after; null at the end.</param>
/// <param name="Cursor">The cursor that was asked with.</param>
public sealed record ConversionPage(IReadOnlyList<ExperimentConversion> Metrics, string? NextCursor, string? Cursor);
