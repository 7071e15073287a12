namespace Smplat.Core.Commerce.Providers;

/// <summary>Calls of one hour to one endpoint of a provider that ended alike.</summary>
/// <param name="StatusClass">2xx to 5xx; 401, 403 and 429 stand alone; none when no answer came.</param>
public sealed record VendorCallRow(
    string ProviderId,
    string Endpoint,
    DateTimeOffset HourStart,
    string StatusClass,
    long Calls,
    long LatencyMs,
    DateTimeOffset LastAt);
