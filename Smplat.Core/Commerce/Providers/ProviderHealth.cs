namespace Smplat.Core.Commerce.Providers;

/// <summary>Result of a provider's probe. The error holds no secret.</summary>
public sealed record ProviderHealth(bool IsHealthy, int LatencyMs, ProviderMode Mode, string? Error = null);

/// <summary>Whether quotes are invented or asked for.</summary>
public enum ProviderMode
{
    Mock,
    Real,
}
