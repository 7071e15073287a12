using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Observability;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Platform.Jobs;

/// <summary>
/// Runs jobs for timers and operators: one holder at a time over all instances, retries persisted, every run in the
/// ledger, in a span and, when it did something, in one log line.
/// </summary>
public sealed class JobRunner(
    JobCatalog catalog,
    JobStore store,
    JobLedgerStore ledger,
    JobGate gate,
    TimeProvider clock,
    ILogger<JobRunner> logger)
{
    /// <summary>This process in the ledger.</summary>
    public string Owner { get; } = $"{Environment.MachineName}:{Environment.ProcessId}:{Guid.NewGuid():N}";

    /// <summary>What a timer calls. An occurrence that is not due, or is another instance's, does nothing.</summary>
    public async Task<JobOutcome> TickAsync(string jobId, CancellationToken cancellationToken)
    {
        if (catalog.Find(jobId) is not { } job)
        {
            return new JobOutcome.Unknown(jobId);
        }

        if (!gate.IsOpenFor(job))
        {
            return new JobOutcome.Skipped(SkipReason.Disabled);
        }

        try
        {
            var claim = await store.ClaimRunAsync(
                job, Owner, JobRun.Timer, ignoreSpacing: false, clock.GetUtcNow(), cancellationToken);
            return claim is null
                ? new JobOutcome.Skipped(SkipReason.NotDue)
                : await RunClaimedAsync(job, claim, cancellationToken);
        }
        catch (Exception exception) when (Transient.IsOutage(exception) && !cancellationToken.IsCancellationRequested)
        {
            JobLog.LedgerUnavailable(logger, jobId, Redaction.Redact(exception.Message));
            return new JobOutcome.Skipped(SkipReason.Busy);
        }
    }

    /// <summary>Runs a job at once, whatever its schedule. A run under way elsewhere is not disturbed.</summary>
    /// <param name="triggeredBy">Who asked; it is kept in the ledger.</param>
    /// <param name="evenIfDisabled">Runs a job whose switch is off.</param>
    public async Task<JobOutcome> RunNowAsync(
        string jobId, string triggeredBy, bool evenIfDisabled, CancellationToken cancellationToken)
    {
        if (catalog.Find(jobId) is not { } job)
        {
            return new JobOutcome.Unknown(jobId);
        }

        if (!evenIfDisabled && !gate.IsOpenFor(job))
        {
            return new JobOutcome.Skipped(SkipReason.Disabled);
        }

        await ledger.RegisterAsync([jobId], cancellationToken);
        var claim = await store.ClaimRunAsync(
            job, Owner, triggeredBy, ignoreSpacing: true, clock.GetUtcNow(), cancellationToken);
        return claim is null
            ? new JobOutcome.Skipped(SkipReason.Busy)
            : await RunClaimedAsync(job, claim, cancellationToken);
    }

    /// <summary>Takes the job from whoever holds it, clears its error and runs it. For a worker that is stuck.</summary>
    public async Task<JobOutcome> RestartAsync(string jobId, string triggeredBy, CancellationToken cancellationToken)
    {
        if (catalog.Find(jobId) is not null)
        {
            await ledger.ReleaseAsync(jobId, clock.GetUtcNow(), cancellationToken);
        }

        return await RunNowAsync(jobId, triggeredBy, evenIfDisabled: false, cancellationToken);
    }

    /// <summary>The next attempt of a run that failed, when its time has come.</summary>
    public async Task<JobOutcome> RetryAsync(string jobId, CancellationToken cancellationToken)
    {
        if (catalog.Find(jobId) is not { } job)
        {
            return new JobOutcome.Unknown(jobId);
        }

        if (!gate.IsOpenFor(job))
        {
            return new JobOutcome.Skipped(SkipReason.Disabled);
        }

        var claim = await store.ClaimRetryAsync(job, Owner, clock.GetUtcNow(), cancellationToken);
        return claim is null
            ? new JobOutcome.Skipped(SkipReason.Busy)
            : await RunClaimedAsync(job, claim, cancellationToken);
    }

    private async Task<JobOutcome> RunClaimedAsync(IJob job, JobClaim claim, CancellationToken cancellationToken)
    {
        using var activity = SmplatTelemetry.Start($"job {job.Definition.Id}");
        activity.SetTag("job.id", job.Definition.Id).SetTag("job.run_id", claim.RunId).SetTag("job.attempt", claim.Attempt);
        await RecordAbandonedAsync(job, claim, cancellationToken);

        await using var lease = new JobLease(job, claim, Owner, store, clock, logger, cancellationToken);
        try
        {
            var run = new JobRun(claim.RunId, claim.TriggeredBy, claim.Attempt, claim.StartedAt);
            var report = await job.RunAsync(run, lease.Token);
            return await CompleteAsync(job, claim, report);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await store.GiveBackAsync(job, claim, Owner, clock.GetUtcNow(), CancellationToken.None);
            throw;
        }
        catch (Exception exception)
        {
            activity.Fail(exception);
            return await FailAsync(job, claim, exception);
        }
    }

    private async Task<JobOutcome> CompleteAsync(IJob job, JobClaim claim, JobReport report)
    {
        // The work is done: it is recorded even when the host has begun to stop.
        var now = clock.GetUtcNow();
        if (!await store.RecordSuccessAsync(job, claim, Owner, now, CancellationToken.None))
        {
            JobLog.LeaseLost(logger, job.Definition.Id, claim.RunId);
        }

        var summary = JobStore.ToJson(report.Summary);
        var seconds = (now - claim.StartedAt).TotalSeconds;
        if (report.DidSomething || claim.TriggeredBy != JobRun.Timer || claim.Attempt > 1)
        {
            await store.WriteRunAsync(Row(job, claim, "completed", now, summary, null), CancellationToken.None);
            JobLog.Completed(logger, job.Definition.Id, claim.RunId, claim.TriggeredBy, claim.Attempt, seconds, summary);
        }
        else
        {
            JobLog.Idle(logger, job.Definition.Id, seconds);
        }

        return new JobOutcome.Completed(claim.RunId, report);
    }

    private async Task<JobOutcome> FailAsync(IJob job, JobClaim claim, Exception exception)
    {
        var now = clock.GetUtcNow();
        var error = Redaction.Redact(exception.Message);
        DateTimeOffset? next = claim.Attempt < job.Definition.MaxAttempts
            ? now + job.Definition.Backoff.After(claim.Attempt, Random.Shared.NextDouble())
            : null;
        JobLog.ServerActionFailed(logger, job.Definition.Id, claim.RunId, claim.Attempt, next, error, exception);
        await store.RecordFailureAsync(job, claim, Owner, error, next, now, CancellationToken.None);
        await store.WriteRunAsync(
            Row(job, claim, next is null ? "failed" : "retrying", now, "{}", error), CancellationToken.None);
        return new JobOutcome.Failed(claim.RunId, error, next);
    }

    private async Task RecordAbandonedAsync(IJob job, JobClaim claim, CancellationToken cancellationToken)
    {
        if (claim.AbandonedRunId is not { } runId)
        {
            return;
        }

        JobLog.Abandoned(logger, job.Definition.Id, runId, claim.AbandonedOwner!);
        await store.WriteRunAsync(
            new JobRunRow
            {
                Id = runId,
                JobId = job.Definition.Id,
                TriggeredBy = claim.AbandonedTriggeredBy ?? JobRun.Timer,
                Status = "abandoned",
                Attempt = 1,
                Owner = claim.AbandonedOwner!,
                StartedAt = claim.AbandonedStartedAt ?? claim.StartedAt,
                CompletedAt = claim.StartedAt,
                Summary = "{}",
                Error = "The process that ran it stopped without a word.",
            },
            cancellationToken);
    }

    private JobRunRow Row(IJob job, JobClaim claim, string status, DateTimeOffset now, string summary, string? error) => new()
    {
        Id = claim.RunId,
        JobId = job.Definition.Id,
        TriggeredBy = claim.TriggeredBy,
        Status = status,
        Attempt = claim.Attempt,
        Owner = Owner,
        StartedAt = claim.StartedAt,
        CompletedAt = now,
        Summary = summary,
        Error = error,
        TraceId = Activity.Current?.TraceId.ToHexString(),
    };
}
