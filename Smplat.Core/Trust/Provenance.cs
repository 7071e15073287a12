namespace Smplat.Core.Trust;

/// <summary>Where a value comes from.</summary>
/// <param name="CacheLayer"><c>memory</c>, <c>computed</c> or <c>none</c>.</param>
/// <param name="DataAsOf">The youngest fact in the sample, as opposed to when it was computed.</param>
/// <param name="MinimumSample">Least sample for the value to count; 0 is no minimum.</param>
public sealed record Provenance(
    string? Source,
    string CacheLayer,
    DateTimeOffset? CacheRefreshedAt,
    DateTimeOffset? CacheExpiresAt,
    int? CacheTtlMinutes,
    IReadOnlyList<string> Notes,
    string? UnsupportedReason,
    DateTimeOffset? DataAsOf = null,
    int MinimumSample = 0);
