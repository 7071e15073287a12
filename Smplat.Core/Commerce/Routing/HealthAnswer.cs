namespace Smplat.Core.Commerce.Routing;

/// <summary>Health of the router and of each provider by its wire name. The HTTP status is 200 whatever it says.</summary>
/// <param name="Status"><c>healthy</c>, <c>degraded</c> or <c>unhealthy</c>, over the enabled providers.</param>
public sealed record HealthAnswer(
    bool Success,
    string Status,
    IReadOnlyDictionary<string, ProviderHealthAnswer> Providers,
    DateTimeOffset Timestamp);

/// <param name="Mode"><c>mock</c> or <c>real</c>.</param>
/// <param name="Circuit"><c>closed</c>, <c>open</c> or <c>half-open</c>.</param>
public sealed record ProviderHealthAnswer(
    bool Healthy, int LatencyMs, bool Enabled, string Mode, string Circuit, string? Error);
