using Microsoft.Extensions.Hosting;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Observability.Counters;

namespace Smplat.Core.Commerce.Metrics;

/// <summary>
/// Notes circuits of this instance that are not closed, every five seconds. Breakers live in memory; the feed has to say
/// the same on every instance, so it reads these notes.
/// </summary>
public sealed class CircuitNotes(ProviderCircuits circuits, DurableCounters counters, TimeProvider clock) : BackgroundService
{
    public const string Prefix = "loopgpt_provider_circuit/";

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>One pass; the next flush of the counters takes it to Postgres.</summary>
    public void Note()
    {
        foreach (var id in ProviderIds.All)
        {
            if (circuits.For(id) is not CircuitPosition.Closed and var position)
            {
                counters.Note(Prefix + id.ToWire(), new CircuitNote((int)position, clock.GetUtcNow()));
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            Note();
            await Task.Delay(Interval, clock, stoppingToken);
        }
    }
}
