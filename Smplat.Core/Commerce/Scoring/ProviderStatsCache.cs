using Smplat.Core.Commerce.Providers;

namespace Smplat.Core.Commerce.Scoring;

/// <summary>Statistics of a provider's earlier orders. Rates are percentages; an unknown rate is null, a rate of 0 is 0.</summary>
public sealed record ProviderStats(decimal? SuccessRate, decimal? AvgMarginRate, decimal TotalOrders);

/// <summary>The statistics of each provider as last read from the database; the ranking never waits for a read.</summary>
public sealed class ProviderStatsCache
{
    private volatile ProviderStats?[] _stats = new ProviderStats?[ProviderIds.All.Count];

    public ProviderStats? For(ProviderId id) => _stats[(int)id];

    public void Replace(IReadOnlyDictionary<ProviderId, ProviderStats> stats) =>
        _stats = [.. ProviderIds.All.Select(stats.GetValueOrDefault)];
}
