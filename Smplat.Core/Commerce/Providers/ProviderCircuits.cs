using System.Diagnostics.Metrics;
using Smplat.Core.Platform.Observability;
using Smplat.Core.Platform.Resilience;

namespace Smplat.Core.Commerce.Providers;

/// <summary>Each provider's circuit breaker in this process. Routing, health and the gauge read where it stands here.</summary>
public sealed class ProviderCircuits
{
    /// <summary>Five failures in a row, or half of at least twenty calls within a minute.</summary>
    private static readonly CircuitSettings Settings = new()
    {
        ConsecutiveFailures = 5,
        MinimumCalls = 20,
        Window = TimeSpan.FromSeconds(60),
        Break = new(TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(5)),
    };

    private readonly CircuitBreaker[] _breakers;

    public ProviderCircuits(TimeProvider clock)
    {
        _breakers = [.. ProviderIds.All.Select(_ => new CircuitBreaker(Settings, clock))];
        SmplatTelemetry.Meter.CreateObservableGauge(
            "smplat.provider.circuit", Measure, description: "Circuits of this process: 0 closed, 1 half-open, 2 open");
    }

    public CircuitState For(ProviderId id) => Breaker(id).State;

    public CircuitBreaker Breaker(ProviderId id) => _breakers[(int)id];

    private IEnumerable<Measurement<int>> Measure() =>
        ProviderIds.All.Select(id => new Measurement<int>(
            (int)For(id), new KeyValuePair<string, object?>("provider_id", id.ToWire())));
}
