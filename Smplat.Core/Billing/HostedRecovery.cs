using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Checkout;
using Smplat.Core.Platform.Observability;
using Smplat.Core.Platform.Outbox;
using Smplat.Core.Platform.Outbox.Mail;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Billing;

/// <summary>
/// One pass over hosted sessions that were not completed: ends what is over, then attempts what is due. Safe side by side
/// with itself; one session that cannot be handled does not stop the others.
/// </summary>
public sealed class HostedRecovery(
    HostedSessionStore store,
    HostedSweepStore sweep,
    HostedAttempt attempts,
    HostedRegeneration regeneration,
    HostedRecoveryRunStore runs,
    MailGateways mail,
    DurableCounters counters,
    IOptionsMonitor<HostedRecoveryOptions> options,
    TimeProvider clock,
    ILogger<HostedRecovery> logger)
{
    private const int SweepLimit = 200;
    private static readonly TimeSpan Stuck = TimeSpan.FromMinutes(30);

    /// <param name="triggeredBy">Kept in the ledger: <c>manual</c>, or what an operator calls it.</param>
    public async Task<HostedRecoveryReport> RunAsync(
        string triggeredBy, int? limit, int? maxAttempts, CancellationToken cancellationToken)
    {
        var settings = options.CurrentValue;
        var (most, cap) = (limit ?? settings.Limit, maxAttempts ?? settings.MaxAttempts);
        var id = Guid.CreateVersion7(clock.GetUtcNow());
        await runs.BeginAsync(
            id, triggeredBy, Facts(settings, triggeredBy, most, cap), clock.GetUtcNow(), clock.GetUtcNow() - Stuck, cancellationToken);
        var tally = new HostedTally();
        try
        {
            await PassAsync(tally, most, cap, settings, cancellationToken);
        }
        catch (Exception exception)
        {
            await EndAsync(id, "failed", tally, Redaction.Redact(exception.Message));
            throw;
        }

        await EndAsync(id, "completed", tally, null);
        CheckoutLog.HostedRecovered(logger, id, triggeredBy, tally.Scheduled, tally.Notified, tally.Exhausted);
        return new(id, tally.Scheduled, tally.Notified, tally.Expired, tally.Abandoned, tally.Exhausted, tally.Regenerated, tally.Failed);
    }

    private async Task PassAsync(
        HostedTally tally, int limit, int maxAttempts, HostedRecoveryOptions settings, CancellationToken cancellationToken)
    {
        tally.Expired = await sweep.ExpireAsync(clock.GetUtcNow(), SweepLimit, cancellationToken);
        tally.Abandoned = await sweep.AbandonAsync(clock.GetUtcNow(), SweepLimit, cancellationToken);
        tally.Exhausted = await attempts.ExhaustAsync(maxAttempts, clock.GetUtcNow(), cancellationToken);
        var due = await store.ListDueAsync(clock.GetUtcNow(), maxAttempts, limit, cancellationToken);
        Exception? last = null;
        foreach (var id in due)
        {
            try
            {
                await RecoverAsync(id, maxAttempts, settings, tally, cancellationToken);
            }
            catch (Exception exception) when (!DatabaseOutage.Is(exception) && !cancellationToken.IsCancellationRequested)
            {
                tally.Failed++;
                last = exception;
                CheckoutLog.HostedSessionFailed(logger, id, Redaction.Redact(exception.Message), exception);
            }
        }

        if (last is not null && tally.Failed == due.Count)
        {
            throw new InvalidOperationException($"None of {due.Count} sessions could be handled: {last.Message}", last);
        }
    }

    private async Task RecoverAsync(
        Guid id, int maxAttempts, HostedRecoveryOptions settings, HostedTally tally, CancellationToken cancellationToken)
    {
        if (settings.IsRegenerateEnabled && await regeneration.RenewAsync(id, cancellationToken))
        {
            tally.Regenerated++;
            return;
        }

        if (await attempts.MakeAsync(id, maxAttempts, clock.GetUtcNow(), cancellationToken) is { } isNotified)
        {
            tally.Scheduled++;
            tally.Notified += isNotified ? 1 : 0;
        }
    }

    private Task EndAsync(Guid id, string status, HostedTally tally, string? error)
    {
        counters.Increment("smplat_hosted_recovery_runs_total", ("status", status));
        counters.Add("smplat_hosted_recovery_sessions_scheduled_total", tally.Scheduled);
        counters.Add("smplat_hosted_recovery_sessions_notified_total", tally.Notified);
        counters.Add("smplat_hosted_recovery_sessions_exhausted_total", tally.Exhausted);
        if (error is null)
        {
            counters.Note("smplat_hosted_recovery_last_success_timestamp", clock.GetUtcNow().ToUnixTimeSeconds());
        }

        return runs.EndAsync(id, status, tally.Scheduled, tally.Notified, error, clock.GetUtcNow(), CancellationToken.None);
    }

    private string Facts(HostedRecoveryOptions settings, string triggeredBy, int limit, int maxAttempts) =>
        JsonSerializer.Serialize(new
        {
            limit,
            max_attempts = maxAttempts,
            triggered_by = triggeredBy,
            email_provider = mail.Choose() switch { null => "none", FileMailGateway => "file", _ => "smtp" },
            chat_provider = settings is { IsSlackEnabled: true, SlackWebhookUrl: not null } ? "slack-webhook" : "none",
        });
}
