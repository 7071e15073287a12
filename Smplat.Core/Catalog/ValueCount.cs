namespace Smplat.Core.Catalog;

/// <summary>How often a value of a kind was seen.</summary>
/// <param name="Kind"><c>category</c>, <c>sort</c>, <c>query</c> or <c>zero_result_query</c>.</param>
public sealed record ValueCount(string Kind, string Value, long Count);
