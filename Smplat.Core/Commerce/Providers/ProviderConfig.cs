namespace Smplat.Core.Commerce.Providers;

/// <summary>A provider's settings at one moment.</summary>
/// <param name="Priority">Base priority plus the boost of its prefer switch.</param>
/// <param name="CommissionRate">Share of the order's value, exact, for example 0.03.</param>
/// <param name="Regions">Country codes, or country and state as in US-CA.</param>
/// <param name="TimeoutMs">Longest wait for a quote in milliseconds.</param>
/// <param name="MaxRetries">Extra attempts of a read-only call inside the timeout.</param>
/// <param name="Mock">The mock switch is on: every quote is invented.</param>
/// <param name="AllowMockFallback">A failed live quote may be replaced by an invented one.</param>
public sealed record ProviderConfig(
    ProviderId Id,
    string Name,
    bool Enabled,
    int Priority,
    decimal CommissionRate,
    IReadOnlyList<string> Regions,
    int TimeoutMs,
    int MaxRetries,
    bool Mock,
    bool AllowMockFallback)
{
    public TimeSpan Timeout => TimeSpan.FromMilliseconds(TimeoutMs);

    /// <summary>Whether the provider delivers to the country or to the state in it.</summary>
    public bool Serves(string country, string? state) =>
        Regions.Contains(country, StringComparer.OrdinalIgnoreCase)
        || (state is not null && Regions.Contains($"{country}-{state}", StringComparer.OrdinalIgnoreCase));
}
