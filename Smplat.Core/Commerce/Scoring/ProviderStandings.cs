using Smplat.Core.Commerce.Providers;

namespace Smplat.Core.Commerce.Scoring;

/// <summary>What earlier orders say about each provider, as last read; the ranking never waits for it.</summary>
public sealed class ProviderStandings
{
    private volatile ProviderStanding?[] _standings = new ProviderStanding?[ProviderIds.All.Count];

    public ProviderStanding? For(ProviderId id) => _standings[(int)id];

    public void Replace(IReadOnlyDictionary<ProviderId, ProviderStanding> standings) =>
        _standings = [.. ProviderIds.All.Select(standings.GetValueOrDefault)];
}
