using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Observability;
using Smplat.Core.Platform.Resilience;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Commerce.Providers;

/// <summary>Each provider's circuit breaker in this process. Routing, health and the gauge read its state here.</summary>
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

/// <summary>
/// Publishes the state of this instance's circuits to the others, so that every instance exports the same metrics. Nothing is
/// written while all are closed. After a failure the next attempt follows 5 seconds later: no failure ends the app.
/// </summary>
internal sealed class CircuitPublisher(
    ProviderCircuits circuits,
    CircuitStore store,
    DurableCounters counters,
    MigrationGate migrations,
    TimeProvider clock,
    ILogger<CircuitPublisher> logger) : BackgroundService
{
    /// <summary>Durable counter of circuits that opened; label <c>provider_id</c>.</summary>
    public const string OpenedCounter = "smplat_commerce_circuit_opened_total";

    /// <summary>How long a published state is valid when its instance stops publishing.</summary>
    public static readonly TimeSpan Validity = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly string _instance = $"{Environment.MachineName}:{Environment.ProcessId}:{Guid.NewGuid():N}";
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly long[] _counted = new long[ProviderIds.All.Count];
    private bool _hasRows;

    /// <summary>Writes the current state of the circuits.</summary>
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            CountOpened();
            (ProviderId Id, CircuitState Position)[] notClosed =
            [
                .. ProviderIds.All.Select(id => (Id: id, Position: circuits.For(id)))
                    .Where(circuit => circuit.Position != CircuitState.Closed),
            ];
            if (notClosed.Length > 0 || _hasRows)
            {
                await store.ReplaceAsync(_instance, notClosed, clock.GetUtcNow(), cancellationToken);
                _hasRows = notClosed.Length > 0;
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    public override void Dispose()
    {
        _writing.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await migrations.WaitAsync(stoppingToken);
        while (true)
        {
            await Task.Delay(Interval, clock, stoppingToken);
            try
            {
                await WriteAsync(stoppingToken);
            }
            catch (Exception problem) when (!stoppingToken.IsCancellationRequested)
            {
                VendorLog.CircuitsNotPublished(logger, Redaction.Redact(problem.Message));
            }
        }
    }

    private void CountOpened()
    {
        foreach (var id in ProviderIds.All)
        {
            var opened = circuits.Breaker(id).TimesOpened;
            if (opened > _counted[(int)id])
            {
                counters.Add(OpenedCounter, opened - _counted[(int)id], ("provider_id", id.ToWire()));
                _counted[(int)id] = opened;
            }
        }
    }
}

/// <summary>The circuits of all instances, for the metrics feed. Every instance gives the same answer.</summary>
internal sealed class CircuitMetrics(CircuitPublisher report, CircuitStore store, TimeProvider clock) : IMetricSource
{
    public const string State = "smplat_commerce_circuit_state";
    public const string Instances = "smplat_commerce_circuit_instances";

    public IReadOnlyList<MetricFamily> Families { get; } =
    [
        new(State, "Whether a provider is asked: 0 closed, 1 half-open, 2 open on at least one instance", MetricType.Gauge),
        new(Instances, "Instances whose circuit to a provider is not closed", MetricType.Gauge),
        new(CircuitPublisher.OpenedCounter, "Circuits that opened after repeated failures of a provider", MetricType.Counter),
    ];

    public async Task<IReadOnlyList<MetricSample>> ReadAsync(CancellationToken cancellationToken)
    {
        await report.WriteAsync(cancellationToken);
        var sums = (await store.ReadAsync(clock.GetUtcNow() - CircuitPublisher.Validity, cancellationToken))
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
