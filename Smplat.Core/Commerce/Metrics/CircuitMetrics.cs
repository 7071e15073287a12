using System.Text.Json;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Observability.Counters;
using Smplat.Core.Observability.Exposition;

namespace Smplat.Core.Commerce.Metrics;

/// <summary>
/// Where each provider's circuit stands: 0 closed, 1 half-open, 2 open, as any instance noted within the last half minute;
/// the last note counts.
/// </summary>
public sealed class CircuitMetrics(DurableCounters counters, TimeProvider clock) : IMetricSource
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);

    public IReadOnlyList<MetricFamily> Families { get; } =
    [
        new(CommerceMetricNames.Circuit, "Circuit of a provider on any instance: 0 closed, 1 half-open, 2 open", MetricType.Gauge),
    ];

    public async Task<IReadOnlyList<MetricSample>> ReadAsync(CancellationToken cancellationToken)
    {
        var notes = await counters.ReadFactsAsync(CircuitNotes.Prefix, cancellationToken);
        return
        [
            .. ProviderIds.All.Select(id => MetricSample.Of(
                CommerceMetricNames.Circuit, PositionOf(notes.GetValueOrDefault(CircuitNotes.Prefix + id.ToWire())), ("provider_id", id.ToWire()))),
        ];
    }

    private int PositionOf(string? note) =>
        note is not null && JsonSerializer.Deserialize<CircuitNote>(note) is { } noted && clock.GetUtcNow() - noted.At < Lifetime
            ? noted.Position
            : (int)CircuitPosition.Closed;
}
