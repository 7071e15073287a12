using Microsoft.Extensions.Options;

namespace Smplat.Core.Commerce.Providers;

/// <summary>The configuration of all providers as currently set. A changed setting is seen by the next request.</summary>
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

    /// <summary>A reload replaces a settings object as a whole, so identity shows whether anything changed.</summary>
    private sealed class Snapshot(ProviderOptions mealMe, ProviderOptions instacart, ProviderOptions kroger, ProviderOptions walmart)
    {
        public ProviderConfig[] All { get; } = [mealMe.ToConfig(), instacart.ToConfig(), kroger.ToConfig(), walmart.ToConfig()];

        public ProviderConfig[] Enabled => field ??= [.. All.Where(config => config.Enabled).OrderByDescending(config => config.Priority)];

        public bool IsOf(ProviderOptions m, ProviderOptions i, ProviderOptions k, ProviderOptions w) =>
            ReferenceEquals(mealMe, m) && ReferenceEquals(instacart, i) && ReferenceEquals(kroger, k) && ReferenceEquals(walmart, w);
    }
}

/// <summary>A provider's settings at one moment.</summary>
public sealed record ProviderConfig
{
    public required ProviderId Id { get; init; }

    public required string Name { get; init; }

    public required bool Enabled { get; init; }

    /// <summary>Base priority plus the boost of its prefer switch.</summary>
    public required int Priority { get; init; }

    /// <summary>Share of the order's value, exact, for example 0.03.</summary>
    public required decimal CommissionRate { get; init; }

    /// <summary>Country codes, or country and state as in US-CA.</summary>
    public required IReadOnlyList<string> Regions { get; init; }

    /// <summary>Longest wait for a quote in milliseconds.</summary>
    public required int TimeoutMs { get; init; }

    /// <summary>Extra attempts of a read-only call inside the timeout.</summary>
    public required int MaxRetries { get; init; }

    /// <summary>The mock switch is on: every quote is a mock.</summary>
    public bool Mock { get; init; }

    /// <summary>A failed live quote may be replaced by a mock.</summary>
    public bool AllowMockFallback { get; init; }

    public TimeSpan Timeout => TimeSpan.FromMilliseconds(TimeoutMs);

    /// <summary>Whether the provider delivers to the country or to the state in it.</summary>
    public bool Serves(string country, string? state) =>
        Regions.Contains(country, StringComparer.OrdinalIgnoreCase)
        || (state is not null && Regions.Contains($"{country}-{state}", StringComparer.OrdinalIgnoreCase));
}
