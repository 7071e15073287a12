namespace Smplat.Core.Catalog;

/// <summary>One of the last searches.</summary>
public sealed record SeenSearch(string? Query, string Category, string Sort, int ResultsCount, DateTimeOffset RecordedAt);
