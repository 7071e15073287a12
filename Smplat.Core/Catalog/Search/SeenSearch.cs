namespace Smplat.Core.Catalog.Search;

/// <summary>One of the last searches.</summary>
public sealed record SeenSearch(string? Query, string Category, string Sort, int ResultsCount, DateTimeOffset RecordedAt);
