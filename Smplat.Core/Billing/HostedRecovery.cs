using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Outbox;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Billing;

/// <summary>
/// One recovery run over the hosted sessions that were not completed: first ends those that are over, then makes an attempt
/// for each session that is due. Several runs can work at the same time. A session that fails does not stop the others.
/// </summary>
public sealed class HostedRecovery(
    HostedSessionStore store,
    HostedAttempt attempts,
    HostedRegeneration regeneration,
    HostedRecoveryRuns runs,
    IOptionsMonitor<HostedRecoveryOptions> options,
    TimeProvider clock,
    ILogger<HostedRecovery> logger)
{
    private const int SweepLimit = 200;

    /// <param name="triggeredBy">Recorded with the run: <c>manual</c>, or the operator's own label.</param>
    public async Task<HostedRecoveryReport> RunAsync(
        string triggeredBy, int? limit, int? maxAttempts, CancellationToken cancellationToken)
    {
        var settings = options.CurrentValue;
        var (most, cap) = (limit ?? settings.Limit, maxAttempts ?? settings.MaxAttempts);
        var id = await runs.BeginAsync(triggeredBy, most, cap, cancellationToken);
        var counts = new HostedRecoveryCounts();
        try
        {
            await RunAsync(counts, most, cap, settings, cancellationToken);
        }
        catch (Exception exception)
        {
            await runs.EndAsync(id, counts, Redaction.Redact(exception.Message));
            throw;
        }

        await runs.EndAsync(id, counts, null);
        BillingLog.RecoveryCompleted(logger, id, triggeredBy, counts.Scheduled, counts.Notified, counts.Exhausted);
        return counts.ToReport(id);
    }

    /// <summary>Makes a session without a next attempt due now.</summary>
    /// <param name="state">Status and retry count as they were read, as <c>failed/2</c>.</param>
    /// <returns>False when the session has changed since.</returns>
    public Task<bool> ScheduleAsync(Guid sessionId, string state, CancellationToken cancellationToken) =>
        store.ScheduleAsync(sessionId, state, clock.GetUtcNow(), cancellationToken);

    private async Task RunAsync(
        HostedRecoveryCounts counts, int limit, int maxAttempts, HostedRecoveryOptions settings, CancellationToken cancellationToken)
    {
        counts.Expired = await store.ExpireAsync(clock.GetUtcNow(), SweepLimit, cancellationToken);
        counts.Abandoned = await store.AbandonAsync(clock.GetUtcNow(), SweepLimit, cancellationToken);
        counts.Exhausted = await attempts.ExhaustAsync(maxAttempts, clock.GetUtcNow(), cancellationToken);
        var due = await store.ListDueAsync(clock.GetUtcNow(), maxAttempts, limit, cancellationToken);
        Exception? last = null;
        foreach (var id in due)
        {
            try
            {
                await RecoverAsync(id, maxAttempts, settings, counts, cancellationToken);
            }
            catch (Exception exception) when (!DatabaseOutage.Is(exception) && !cancellationToken.IsCancellationRequested)
            {
                counts.Failed++;
                last = exception;
                BillingLog.SessionFailed(logger, id, Redaction.Redact(exception.Message), exception);
            }
        }

        if (last is not null && counts.Failed == due.Count)
        {
            throw new InvalidOperationException($"All {due.Count} sessions failed: {last.Message}", last);
        }
    }

    private async Task RecoverAsync(
        Guid id, int maxAttempts, HostedRecoveryOptions settings, HostedRecoveryCounts counts, CancellationToken cancellationToken)
    {
        if (settings.IsRegenerateEnabled && await regeneration.RenewAsync(id, cancellationToken))
        {
            counts.Regenerated++;
            return;
        }

        if (await attempts.MakeAsync(id, maxAttempts, clock.GetUtcNow(), cancellationToken) is { } isNotified)
        {
            counts.Scheduled++;
            counts.Notified += isNotified ? 1 : 0;
        }
    }
}

/// <summary>What a recovery run did.</summary>
/// <param name="Scheduled">Sessions that an attempt was made to recover.</param>
/// <param name="Notified">Those of them about which a message was queued.</param>
public sealed record HostedRecoveryReport(
    Guid RunId, int Scheduled, int Notified, int Expired, int Abandoned, int Exhausted, int Regenerated, int Failed);

/// <summary>The counts of a run in progress, so that a run that fails halfway still reports what it did.</summary>
public sealed class HostedRecoveryCounts
{
    public int Scheduled { get; set; }

    public int Notified { get; set; }

    public int Expired { get; set; }

    public int Abandoned { get; set; }

    public int Exhausted { get; set; }

    public int Regenerated { get; set; }

    public int Failed { get; set; }

    public HostedRecoveryReport ToReport(Guid runId) =>
        new(runId, Scheduled, Notified, Expired, Abandoned, Exhausted, Regenerated, Failed);
}

/// <summary>Runs the recovery at its interval.</summary>
public sealed class HostedRecoveryJob(HostedRecovery recovery, IOptionsMonitor<HostedRecoveryOptions> options) : IJob
{
    public const string Id = "hosted-session-recovery";

    public JobDefinition Definition { get; } = new(Id, "Recovers hosted payment sessions that were not completed.")
    {
        Parameters = [new(JobParameter.Limit, 1, 10_000), new(JobParameter.MaxAttempts, 1, 100)],
    };

    public bool IsEnabled => options.CurrentValue.IsEnabled;

    public TimeSpan Spacing => TimeSpan.FromSeconds(options.CurrentValue.IntervalSeconds);

    public async Task<JobReport> RunAsync(JobRun run, CancellationToken cancellationToken)
    {
        var label = run.TriggeredBy == JobRun.Timer ? options.CurrentValue.TriggerLabel : run.TriggeredBy;
        var report = await recovery.RunAsync(
            label, run.Argument(JobParameter.Limit), run.Argument(JobParameter.MaxAttempts), cancellationToken);
        var done = report.Scheduled + report.Expired + report.Abandoned + report.Exhausted + report.Regenerated + report.Failed;
        return JobReport.Of(
            done > 0,
            ("scheduled", report.Scheduled),
            ("notified", report.Notified),
            ("expired", report.Expired),
            ("abandoned", report.Abandoned),
            ("exhausted", report.Exhausted),
            ("regenerated", report.Regenerated),
            ("failed", report.Failed));
    }
}
