using Microsoft.Extensions.Options;

namespace Smplat.Core.Commerce.Providers;

/// <summary>
/// The configuration of all providers as the settings stand now. A changed setting is seen by the next request.
/// </summary>
public sealed class ProviderRegistry(
    IOptionsMonitor<MealMeProviderOptions> mealMe,
    IOptionsMonitor<InstacartProviderOptions> instacart,
    IOptionsMonitor<KrogerProviderOptions> kroger,
    IOptionsMonitor<WalmartProviderOptions> walmart)
{
    private volatile Snapshot? _snapshot;

    /// <summary>All providers in declaration order, enabled or not.</summary>
    public IReadOnlyList<ProviderConfig> All => Current().All;

    /// <summary>Enabled providers, highest priority first; equal priorities keep declaration order.</summary>
    public IReadOnlyList<ProviderConfig> Enabled => Current().Enabled;

    public ProviderConfig Find(ProviderId id) => All[(int)id];

    private Snapshot Current()
    {
        var (m, i, k, w) = (mealMe.CurrentValue, instacart.CurrentValue, kroger.CurrentValue, walmart.CurrentValue);
        var snapshot = _snapshot;
        if (snapshot is null || !snapshot.IsOf(m, i, k, w))
        {
            _snapshot = snapshot = new Snapshot(m, i, k, w);
        }

        return snapshot;
    }

    /// <summary>Settings objects are replaced as a whole on reload, so identity tells whether anything changed.</summary>
    private sealed class Snapshot(
        MealMeProviderOptions mealMe,
        InstacartProviderOptions instacart,
        KrogerProviderOptions kroger,
        WalmartProviderOptions walmart)
    {
        public ProviderConfig[] All { get; } =
            [mealMe.ToConfig(), instacart.ToConfig(), kroger.ToConfig(), walmart.ToConfig()];

        public ProviderConfig[] Enabled => field ??= [.. All.Where(config => config.Enabled).OrderByDescending(config => config.Priority)];

        public bool IsOf(
            MealMeProviderOptions m, InstacartProviderOptions i, KrogerProviderOptions k, WalmartProviderOptions w) =>
            ReferenceEquals(mealMe, m) && ReferenceEquals(instacart, i) && ReferenceEquals(kroger, k) && ReferenceEquals(walmart, w);
    }
}

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
