namespace Smplat.Core.Trust;

/// <summary>The answer: metrics in the order and number of the request.</summary>
public sealed record ResolvedTrust(string Slug, IReadOnlyList<ResolvedMetric> Metrics);
