using Smplat.Core.Platform.Observability;

namespace Smplat.Core.Commerce.Providers;

/// <summary>The circuits of all instances, for the feed. Every instance gives the same answer.</summary>
internal sealed class CircuitMetrics(CircuitReport report, CircuitStore store, TimeProvider clock) : IMetricSource
{
    public const string State = "smplat_commerce_circuit_state";
    public const string Instances = "smplat_commerce_circuit_instances";

    public IReadOnlyList<MetricFamily> Families { get; } =
    [
        new(State, "Whether a provider is asked: 0 closed, 1 half-open, 2 open on at least one instance", MetricType.Gauge),
        new(Instances, "Instances whose circuit to a provider is not closed", MetricType.Gauge),
        new(CircuitReport.OpenedCounter, "Circuits that opened after repeated failures of a provider", MetricType.Counter),
    ];

    public async Task<IReadOnlyList<MetricSample>> ReadAsync(CancellationToken cancellationToken)
    {
        await report.WriteAsync(cancellationToken);
        var sums = (await store.ReadAsync(clock.GetUtcNow() - CircuitReport.Validity, cancellationToken))
            .ToDictionary(sum => sum.ProviderId);
        var samples = new List<MetricSample>();
        foreach (var provider in ProviderIds.All.Select(id => id.ToWire()))
        {
            var sum = sums.GetValueOrDefault(provider);
            samples.Add(MetricSample.Of(State, sum is null ? 0 : sum.IsOpen ? 2 : 1, ("provider_id", provider)));
            samples.Add(MetricSample.Of(Instances, sum?.Instances ?? 0, ("provider_id", provider)));
        }

        return samples;
    }
}
