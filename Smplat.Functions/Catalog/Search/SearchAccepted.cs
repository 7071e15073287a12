namespace Smplat.Functions.Catalog.Search;

/// <summary>The search is counted.</summary>
public sealed record SearchAccepted(string Status);
