using Microsoft.Extensions.Hosting;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Jobs;

namespace Smplat.Tests.Support;

/// <summary>Stands in for the timers of a host that has none: marks every enabled job as ticking, and runs nothing.</summary>
internal sealed class TickingTimers(JobRegistry registry, JobGate gate, JobStore store, MigrationGate migrations, TimeProvider clock)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await migrations.WaitAsync(stoppingToken);
        var registered = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!registered)
                {
                    await store.RegisterAsync([.. registry.All.Select(job => job.Definition.Id)], stoppingToken);
                    registered = true;
                }

                string[] enabled = [.. registry.All.Where(gate.IsOpenFor).Select(job => job.Definition.Id)];
                await store.TickAsync(enabled, clock.GetUtcNow(), stoppingToken);
            }
            catch (Exception) when (!stoppingToken.IsCancellationRequested)
            {
                // As with real timers, a database that is away gets no ticks.
            }

            await Task.Delay(Interval, clock, stoppingToken);
        }
    }
}
