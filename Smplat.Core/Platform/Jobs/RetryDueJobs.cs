using Microsoft.Extensions.Logging;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Platform.Jobs;

/// <summary>Fires the next attempts that are due, for all jobs, on one tick.</summary>
public sealed class RetryDueJobs(
    JobRunner runner, JobLedgerStore ledger, TimeProvider clock, ILogger<RetryDueJobs> logger)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var jobId in await ledger.ListRetriesDueAsync(clock.GetUtcNow(), cancellationToken))
            {
                await runner.RetryAsync(jobId, cancellationToken);
            }
        }
        catch (Exception exception) when (Transient.IsOutage(exception) && !cancellationToken.IsCancellationRequested)
        {
            JobLog.LedgerUnavailable(logger, "retry-due-jobs", exception.Message);
        }
    }
}
