using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Platform.Jobs;

/// <summary>
/// Registers the jobs in the ledger and shows that this process would run them when their timers fire. Whatever goes wrong is
/// tried again: readiness tells that the signs are missing, and the app goes on.
/// </summary>
public sealed class JobHeartbeat(
    JobCatalog catalog, JobGate gate, JobLedgerStore ledger, MigrationGate migrations, TimeProvider clock, ILogger<JobHeartbeat> logger)
    : BackgroundService
{
    /// <summary>A job without a sign for three intervals counts as not running.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await migrations.WaitAsync(stoppingToken);
        var registered = false;
        while (true)
        {
            try
            {
                if (!registered)
                {
                    await ledger.RegisterAsync([.. catalog.All.Select(job => job.Definition.Id)], stoppingToken);
                    registered = true;
                }

                var live = catalog.All.Where(gate.IsOpenFor).Select(job => job.Definition.Id).ToArray();
                await ledger.TickAsync(live, clock.GetUtcNow(), stoppingToken);
            }
            catch (Exception problem) when (!stoppingToken.IsCancellationRequested)
            {
                JobLog.LedgerUnavailable(logger, "heartbeat", Redaction.Redact(problem.Message));
            }

            await Task.Delay(Interval, clock, stoppingToken);
        }
    }
}
