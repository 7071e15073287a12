using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Observability;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Platform.Jobs;

/// <summary>The result of a request to run a job.</summary>
public abstract record JobOutcome
{
    private JobOutcome()
    {
    }

    public sealed record Completed(Guid RunId, JobReport Report) : JobOutcome;

    /// <summary>The attempt failed; with <paramref name="NextAttemptAt"/> the runner will retry it automatically.</summary>
    public sealed record Failed(Guid RunId, string Error, DateTimeOffset? NextAttemptAt) : JobOutcome;

    /// <summary>Nothing was run.</summary>
    public sealed record Skipped(SkipReason Reason) : JobOutcome;

    public sealed record Unknown(string JobId) : JobOutcome;

    /// <summary>The job does not take such an argument; nothing was run.</summary>
    public sealed record BadArgument(string Name, string Message) : JobOutcome;
}

/// <summary>Why a job did not run.</summary>
public enum SkipReason
{
    /// <summary>Its switch is off.</summary>
    Disabled,

    /// <summary>Another run holds the lease, or is waiting for its next attempt.</summary>
    Busy,

    /// <summary>The last occurrence is too recent.</summary>
    NotDue,
}

/// <summary>
/// Runs jobs for timers and operators. Across all instances a job runs at most once at a time; retries are persisted. Every run
/// has a span and, when it did something, a row in the ledger and one log line.
/// </summary>
public sealed class JobRunner(
    JobRegistry registry,
    JobStore store,
    JobGate gate,
    MigrationGate migrations,
    TimeProvider clock,
    ILogger<JobRunner> logger)
{
    /// <summary>The name of this process in the ledger.</summary>
    public string Owner { get; } = $"{Environment.MachineName}:{Environment.ProcessId}:{Guid.NewGuid():N}";

    private static readonly TimeSpan TickInterval = TimeSpan.FromSeconds(15);

    /// <summary>How long a timer waits for the migrations of the start; afterwards it counts them as an outage.</summary>
    private static readonly TimeSpan MigrationWait = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, DateTimeOffset> _ticks = new();

    /// <summary>Called by a timer. Does nothing when the job is not due, or another instance runs it.</summary>
    public async Task<JobOutcome> TickAsync(string jobId, CancellationToken cancellationToken)
    {
        if (registry.Find(jobId) is not { } job)
        {
            return new JobOutcome.Unknown(jobId);
        }

        if (!gate.IsOpenFor(job))
        {
            return new JobOutcome.Skipped(SkipReason.Disabled);
        }

        try
        {
            await WaitForMigrationsAsync(cancellationToken);
            var claim = await store.ClaimRunAsync(
                job, Owner, JobRun.Timer, ignoreSpacing: false, clock.GetUtcNow(), cancellationToken);
            if (claim is not null)
            {
                return await RunClaimedAsync(job, claim, cancellationToken);
            }

            await RecordTickAsync(jobId, cancellationToken);
            return new JobOutcome.Skipped(SkipReason.NotDue);
        }
        catch (Exception exception) when (DatabaseErrors.IsOutage(exception) && !cancellationToken.IsCancellationRequested)
        {
            JobLog.LedgerUnavailable(logger, jobId, Redaction.Redact(exception.Message));
            return new JobOutcome.Skipped(SkipReason.Busy);
        }
    }

    /// <summary>The host may call timers before the start has migrated the database.</summary>
    /// <exception cref="TimeoutException">The migrations take longer; the next tick asks again.</exception>
    private async Task WaitForMigrationsAsync(CancellationToken cancellationToken)
    {
        if (migrations.IsOpen)
        {
            return;
        }

        try
        {
            await migrations.WaitAsync(cancellationToken).WaitAsync(MigrationWait, clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException(migrations.LastError ?? "The database is still being migrated.");
        }
    }

    /// <summary>A timer that fires is alive, even when its job is not due; readiness looks at its ticks.</summary>
    private async Task RecordTickAsync(string jobId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (!_ticks.TryGetValue(jobId, out var last) || (now - last).Duration() >= TickInterval)
        {
            await store.TickAsync([jobId], now, cancellationToken);
            _ticks[jobId] = now;
        }
    }

    /// <summary>Runs a job immediately, regardless of its schedule. A run that is already in progress is not disturbed.</summary>
    /// <param name="triggeredBy">Who requested it; recorded in the ledger.</param>
    /// <param name="evenIfDisabled">Also runs a job that is switched off.</param>
    public Task<JobOutcome> RunNowAsync(string jobId, string triggeredBy, bool evenIfDisabled, CancellationToken cancellationToken) =>
        RunNowAsync(jobId, triggeredBy, evenIfDisabled, new Dictionary<string, int>(), cancellationToken);

    /// <inheritdoc cref="RunNowAsync(string, string, bool, CancellationToken)"/>
    /// <param name="arguments">Values for parameters of the job, in place of its settings.</param>
    public async Task<JobOutcome> RunNowAsync(
        string jobId, string triggeredBy, bool evenIfDisabled, IReadOnlyDictionary<string, int> arguments, CancellationToken cancellationToken)
    {
        if (registry.Find(jobId) is not { } job)
        {
            return new JobOutcome.Unknown(jobId);
        }

        if (Refuse(job, arguments) is { } refusal)
        {
            return refusal;
        }

        if (!evenIfDisabled && !gate.IsOpenFor(job))
        {
            return new JobOutcome.Skipped(SkipReason.Disabled);
        }

        await store.RegisterAsync([jobId], cancellationToken);
        var claim = await store.ClaimRunAsync(
            job, Owner, triggeredBy, ignoreSpacing: true, clock.GetUtcNow(), cancellationToken);
        return claim is null
            ? new JobOutcome.Skipped(SkipReason.Busy)
            : await RunClaimedAsync(job, claim, cancellationToken, arguments);
    }

    private static JobOutcome.BadArgument? Refuse(IJob job, IReadOnlyDictionary<string, int> arguments)
    {
        foreach (var (name, value) in arguments)
        {
            if (job.Definition.Parameters.FirstOrDefault(parameter => parameter.Name == name) is not { } known)
            {
                return new(name, $"The job {job.Definition.Id} does not take {name}.");
            }

            if (value < known.Min || value > known.Max)
            {
                return new(name, $"A whole number from {known.Min} to {known.Max} is expected.");
            }
        }

        return null;
    }

    /// <summary>Takes the job from its current holder, clears its error and runs it. For a job that is stuck.</summary>
    public async Task<JobOutcome> RestartAsync(string jobId, string triggeredBy, CancellationToken cancellationToken)
    {
        if (registry.Find(jobId) is not null)
        {
            await store.ReleaseAsync(jobId, clock.GetUtcNow(), cancellationToken);
        }

        return await RunNowAsync(jobId, triggeredBy, evenIfDisabled: false, cancellationToken);
    }

    /// <summary>Starts the next attempts that are due, for all jobs.</summary>
    public async Task RetryDueAsync(CancellationToken cancellationToken)
    {
        try
        {
            await WaitForMigrationsAsync(cancellationToken);
            foreach (var jobId in await store.ListRetriesDueAsync(clock.GetUtcNow(), cancellationToken))
            {
                await RetryAsync(jobId, cancellationToken);
            }
        }
        catch (Exception exception) when (DatabaseErrors.IsOutage(exception) && !cancellationToken.IsCancellationRequested)
        {
            JobLog.LedgerUnavailable(logger, "retry-due-jobs", exception.Message);
        }
    }

    /// <summary>Starts the next attempt of a failed run, if it is due.</summary>
    public async Task<JobOutcome> RetryAsync(string jobId, CancellationToken cancellationToken)
    {
        if (registry.Find(jobId) is not { } job)
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

    private async Task<JobOutcome> RunClaimedAsync(
        IJob job, JobClaim claim, CancellationToken cancellationToken, IReadOnlyDictionary<string, int>? arguments = null)
    {
        using var activity = SmplatTelemetry.Start($"job {job.Definition.Id}");
        activity.SetTag("job.id", job.Definition.Id).SetTag("job.run_id", claim.RunId).SetTag("job.attempt", claim.Attempt);
        await RecordAbandonedAsync(job, claim, cancellationToken);

        await using var lease = new JobLease(job, claim, Owner, store, clock, logger, cancellationToken);
        try
        {
            var run = new JobRun(claim.RunId, claim.TriggeredBy, claim.Attempt, claim.StartedAt)
            {
                Arguments = arguments ?? new Dictionary<string, int>(),
            };
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
        // The work is done, so it is recorded even if the host is stopping.
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
                Error = "The process that ran it exited without reporting.",
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

/// <summary>Renews the lease of a run while it works, and stops the run when the lease is lost.</summary>
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
                catch (Exception exception) when (DatabaseErrors.IsOutage(exception) && now < lostAt)
                {
                    // The lease is still valid; the next renewal may succeed.
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
