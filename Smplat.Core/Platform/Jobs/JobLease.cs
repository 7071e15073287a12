using Microsoft.Extensions.Logging;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Platform.Jobs;

/// <summary>Keeps a run's lease while it works, and stops the run when the lease is lost to someone else.</summary>
internal sealed class JobLease : IAsyncDisposable
{
    private readonly CancellationTokenSource _run;
    private readonly CancellationTokenSource _renewals = new();
    private readonly Task _renewing;

    public JobLease(
        IJob job,
        JobClaim claim,
        string owner,
        JobStore store,
        TimeProvider clock,
        ILogger logger,
        CancellationToken cancellationToken)
    {
        _run = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _renewing = RenewAsync(job, claim, owner, store, clock, logger);
    }

    /// <summary>Cancelled when the host stops or the lease is lost.</summary>
    public CancellationToken Token => _run.Token;

    public async ValueTask DisposeAsync()
    {
        await _renewals.CancelAsync();
        await _renewing;
        _renewals.Dispose();
        _run.Dispose();
    }

    private async Task RenewAsync(
        IJob job, JobClaim claim, string owner, JobStore store, TimeProvider clock, ILogger logger)
    {
        var lostAt = clock.GetUtcNow() + job.Definition.Lease;
        try
        {
            while (true)
            {
                await Task.Delay(job.Definition.Lease / 3, clock, _renewals.Token);
                var now = clock.GetUtcNow();
                try
                {
                    if (!await store.RenewLeaseAsync(job, claim, owner, now, _renewals.Token))
                    {
                        break;
                    }

                    lostAt = now + job.Definition.Lease;
                }
                catch (Exception exception) when (Transient.IsOutage(exception) && now < lostAt)
                {
                    // The lease still stands; the next renewal may get through.
                }
            }

            JobLog.LeaseLost(logger, job.Definition.Id, claim.RunId);
            await _run.CancelAsync();
        }
        catch (OperationCanceledException)
        {
            // The run ended first.
        }
        catch (Exception exception)
        {
            JobLog.LedgerUnavailable(logger, job.Definition.Id, exception.Message);
            await _run.CancelAsync();
        }
    }
}
