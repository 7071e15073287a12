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
