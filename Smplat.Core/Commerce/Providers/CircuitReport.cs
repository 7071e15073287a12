using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Observability;
using Smplat.Core.Platform.Resilience;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Commerce.Providers;

/// <summary>
/// Tells the other instances how the circuits of this one stand, so that each of them can show the same. While all are
/// closed nothing is written. What could not be written is told 5 seconds later: no failure ends the app.
/// </summary>
internal sealed class CircuitReport(
    ProviderCircuits circuits,
    CircuitStore store,
    DurableCounters counters,
    MigrationGate migrations,
    TimeProvider clock,
    ILogger<CircuitReport> logger) : BackgroundService
{
    /// <summary>Durable counter of circuits that opened; label <c>provider_id</c>.</summary>
    public const string OpenedCounter = "smplat_commerce_circuit_opened_total";

    /// <summary>How long a circuit counts that its instance does not speak of any more.</summary>
    public static readonly TimeSpan Validity = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly string _instance = $"{Environment.MachineName}:{Environment.ProcessId}:{Guid.NewGuid():N}";
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly long[] _counted = new long[ProviderIds.All.Count];
    private bool _hasRows;

    /// <summary>Writes how the circuits stand now.</summary>
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
                VendorLog.CircuitsNotTold(logger, Redaction.Redact(problem.Message));
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
