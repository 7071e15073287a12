namespace Smplat.Core.Commerce.Providers;

/// <summary>Where each provider's circuit breaker stands in this process. The breaker reports here; health and gauges read it.</summary>
public sealed class ProviderCircuits
{
    private readonly CircuitPosition[] _positions = new CircuitPosition[ProviderIds.All.Count];

    public CircuitPosition For(ProviderId id) => _positions[(int)id];

    public void Report(ProviderId id, CircuitPosition position) => _positions[(int)id] = position;
}

public enum CircuitPosition
{
    Closed,
    HalfOpen,
    Open,
}
