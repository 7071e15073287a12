using Microsoft.Extensions.Logging;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Platform.Observability;

/// <summary>Adds gathered increments every second, and once more when the app stops.</summary>
public sealed class CounterFlush(
    DurableCounters counters, MigrationGate migrations, TimeProvider clock, ILogger<CounterFlush> logger)
    : WriteBehind(migrations, TimeSpan.FromSeconds(1), clock)
{
    protected override Task FlushAsync(CancellationToken cancellationToken) => counters.FlushAsync(cancellationToken);

    protected override void Waits(string problem) => CounterLog.FlushFailed(logger, problem);
}
