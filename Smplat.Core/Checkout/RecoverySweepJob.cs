using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Smplat.Core.Notifications;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Observability;
using Smplat.Core.Platform.Outbox;
using Smplat.Core.Platform.Resilience;

namespace Smplat.Core.Checkout;

/// <summary>
/// Recovers abandoned checkouts: reminds the customer a few times, never after payment, and escalates to operators when the
/// reminders are used up. Several sweeps can run at the same time. The event, the next date and the message of a checkout
/// commit together.
/// </summary>
public sealed class RecoverySweepJob(
    NpgsqlDataSource database,
    CheckoutStore store,
    OutboxWriter outbox,
    DurableCounters counters,
    IOptionsMonitor<CheckoutRecoveryOptions> options,
    TimeProvider clock,
    ILogger<RecoverySweepJob> logger) : IJob
{
    public const string Id = "checkout-recovery-monitor";

    /// <summary>The note of every event that a sweep writes.</summary>
    public const string Note = "Recovery sweep executed";

    /// <summary>Older orders no longer count as stalled checkouts.</summary>
    private static readonly TimeSpan Oldest = TimeSpan.FromDays(30);

    public JobDefinition Definition { get; } = new(Id, "Reminds customers of stalled checkouts.")
    {
        MaxAttempts = 3,
        Backoff = new(TimeSpan.FromSeconds(45), TimeSpan.FromSeconds(300)) { Jitter = Jitter.UpTo(TimeSpan.FromSeconds(10)) },
        IsCatalogJob = true,
        Task = "jobs.checkout_recovery.monitor_checkout_orchestrations",
    };

    public bool IsEnabled => options.CurrentValue.IsEnabled;

    public TimeSpan Spacing => TimeSpan.FromMinutes(1);

    public async Task<JobReport> RunAsync(JobRun run, CancellationToken cancellationToken)
    {
        var owner = $"{Environment.MachineName}:{Guid.NewGuid():N}";
        var settings = options.CurrentValue;
        var now = clock.GetUtcNow();
        var enrolled = await store.EnrollAsync(
            now, now - TimeSpan.FromMinutes(settings.IdleMinutes), now - Oldest, settings.BatchSize * 20, cancellationToken);
        var counts = new Dictionary<SweepVerdict, int>();
        try
        {
            while (await SweepBatchAsync(owner, settings, counts, cancellationToken))
            {
            }
        }
        finally
        {
            await store.GiveBackAsync(owner, CancellationToken.None);
        }

        return Report(enrolled, counts);
    }

    private async Task<bool> SweepBatchAsync(
        string owner, CheckoutRecoveryOptions settings, Dictionary<SweepVerdict, int> counts, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var hold = now + TimeSpan.FromSeconds(settings.HoldSeconds);
        var claimed = await store.ClaimAsync(owner, settings.BatchSize, now, hold, cancellationToken);
        foreach (var checkout in claimed)
        {
            if (await SweepAsync(checkout, owner, clock.GetUtcNow(), cancellationToken) is { } verdict)
            {
                counts[verdict] = counts.GetValueOrDefault(verdict) + 1;
                counters.Increment("smplat_checkout_recovery_total", ("verdict", SweepPolicy.Word(verdict)));
                CheckoutLog.Swept(logger, checkout.OrderId, checkout.CurrentStage, verdict, checkout.Prompts);
            }
        }

        return claimed.Count > 0;
    }

    /// <returns>Null when another sweep, or the order itself, has moved the checkout on.</returns>
    private async Task<SweepVerdict?> SweepAsync(
        StalledCheckout checkout, string owner, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var settings = options.CurrentValue;
        var verdict = SweepPolicy.Decide(checkout, settings.MaxPrompts);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (!await store.HoldAsync(checkout.Id, owner, transaction, cancellationToken))
        {
            return null;
        }

        await store.WriteAsync([SweepPolicy.Change(checkout, verdict, settings, now)], now, transaction, cancellationToken);
        if (verdict is SweepVerdict.Prompt or SweepVerdict.NoConsent)
        {
            await PromptAsync(checkout, verdict, now, transaction, cancellationToken);
        }

        if (verdict is SweepVerdict.NoPerson or SweepVerdict.UsedUp)
        {
            await EscalateAsync(checkout, verdict, settings, now, transaction, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return verdict;
    }

    private async Task PromptAsync(
        StalledCheckout checkout, SweepVerdict verdict, DateTimeOffset now, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var number = checkout.Prompts + 1;
        var prompt = new OutboxMessage(
            MessageKinds.CheckoutRecoveryPrompt,
            OutboxChannel.Email,
            null,
            checkout.UserId,
            $"checkout:{checkout.Id}:{checkout.CurrentStage}:{number}",
            PromptPayload.From(checkout, number),
            now);
        await (verdict == SweepVerdict.Prompt
            ? outbox.EnqueueAsync(prompt, transaction, cancellationToken)
            : outbox.EnqueueSuppressedAsync(
                prompt, SuppressionReason.PreferenceOff(Preference.OrderUpdates), transaction, cancellationToken));
    }

    private async Task EscalateAsync(
        StalledCheckout checkout,
        SweepVerdict verdict,
        CheckoutRecoveryOptions settings,
        DateTimeOffset now,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken)
    {
        var reason = SweepPolicy.Word(verdict);
        foreach (var recipient in settings.AlertRecipients)
        {
            var alert = new OutboxMessage(
                MessageKinds.CheckoutRecoveryEscalation,
                OutboxChannel.Email,
                recipient,
                null,
                $"checkout-escalation:{checkout.Id}:{reason}:{recipient}",
                PromptPayload.Escalation(checkout, reason),
                now);
            await outbox.EnqueueAsync(alert, transaction, cancellationToken);
        }
    }

    private static JobReport Report(int enrolled, Dictionary<SweepVerdict, int> counts)
    {
        var processed = counts.Values.Sum();
        return JobReport.Of(
            processed + enrolled > 0,
            ("processed", processed),
            ("nudges_sent", counts.GetValueOrDefault(SweepVerdict.Prompt)),
            ("escalations", counts.GetValueOrDefault(SweepVerdict.NoPerson) + counts.GetValueOrDefault(SweepVerdict.UsedUp)),
            ("suppressed", counts.GetValueOrDefault(SweepVerdict.NoConsent)),
            ("already_paid", counts.GetValueOrDefault(SweepVerdict.Paid)),
            ("canceled", counts.GetValueOrDefault(SweepVerdict.Canceled)),
            ("payment_processing", counts.GetValueOrDefault(SweepVerdict.Processing)),
            ("enrolled", enrolled));
    }
}

/// <summary>What the sweep does about a stalled checkout. The words for them appear in events and metrics.</summary>
internal enum SweepVerdict
{
    /// <summary>Remind the customer.</summary>
    Prompt,

    /// <summary>The customer does not want reminders; the reminder is stored as a suppressed message.</summary>
    NoConsent,

    /// <summary>Paid, so there is nothing to recover.</summary>
    Paid,

    Canceled,

    /// <summary>The bank works on a debit: the checkout is looked at again later, and nobody is reminded meanwhile.</summary>
    Processing,

    /// <summary>The money went back, or operators look at a payment of another amount: the customer is not asked to pay.</summary>
    Settled,

    /// <summary>There is nobody to remind: operators are notified.</summary>
    NoPerson,

    /// <summary>All prompts were used: the checkout is lost and operators are notified.</summary>
    UsedUp,
}

/// <summary>Decides what to do about a stalled checkout, and what to record about it.</summary>
internal static class SweepPolicy
{
    private const string Canceled = "canceled";

    public static SweepVerdict Decide(StalledCheckout checkout, int maxPrompts) => checkout switch
    {
        { OrderStatus: Canceled } => SweepVerdict.Canceled,
        { IsPaid: true } => SweepVerdict.Paid,
        { Obstacle: "payment_processing" } => SweepVerdict.Processing,
        { Obstacle: not null } => SweepVerdict.Settled,
        _ when checkout.Prompts >= maxPrompts => SweepVerdict.UsedUp,
        { HasPerson: false } => SweepVerdict.NoPerson,
        { HasConsent: false } => SweepVerdict.NoConsent,
        _ => SweepVerdict.Prompt,
    };

    public static CheckoutChange Change(
        StalledCheckout checkout, SweepVerdict verdict, CheckoutRecoveryOptions settings, DateTimeOffset now)
    {
        var payload = JsonSerializer.Serialize(new { verdict = Word(verdict), prompts = checkout.Prompts });
        var swept = new CheckoutStep(checkout.CurrentStage, CheckoutStatus.Waiting, RecoverySweepJob.Note, payload);
        var (state, steps) = verdict switch
        {
            SweepVerdict.Paid => Follow(checkout, "processing", swept, now),
            SweepVerdict.Canceled => Follow(checkout, Canceled, swept, now),
            SweepVerdict.Settled => (checkout.State with { NextActionAt = null }, [swept]),
            SweepVerdict.UsedUp => (
                checkout.State with { Status = CheckoutStatus.Failed, FailedAt = now, NextActionAt = null },
                [swept, new(checkout.CurrentStage, CheckoutStatus.Failed, "All recovery prompts were used")]),
            _ => (
                checkout.State with { NextActionAt = now + TimeSpan.FromHours(settings.IntervalHours) },
                (CheckoutStep[])[swept]),
        };
        return new(checkout.Id, state, Metadata(checkout, verdict, now), steps, IsPrompt: Counts(verdict));
    }

    public static string Word(SweepVerdict verdict) => verdict switch
    {
        SweepVerdict.Prompt => "prompt",
        SweepVerdict.NoConsent => "no_consent",
        SweepVerdict.Paid => "paid",
        SweepVerdict.Canceled => "canceled",
        SweepVerdict.Processing => "payment_processing",
        SweepVerdict.Settled => "not_to_be_paid",
        SweepVerdict.NoPerson => "no_person",
        _ => "prompts_used_up",
    };

    /// <summary>Attempts that reach nobody count as well, so that no checkout is swept permanently.</summary>
    private static bool Counts(SweepVerdict verdict) =>
        verdict is SweepVerdict.Prompt or SweepVerdict.NoConsent or SweepVerdict.NoPerson;

    private static (CheckoutState State, CheckoutStep[] Steps) Follow(
        StalledCheckout checkout, string orderStatus, CheckoutStep swept, DateTimeOffset now)
    {
        var steps = CheckoutSyncPolicy.Steps(checkout.State, orderStatus, null, now, now);
        return steps.Count == 0
            ? (checkout.State with { NextActionAt = null }, [swept])
            : (steps[^1].State, [swept, .. steps.Select(step => step.Step)]);
    }

    private static string Metadata(StalledCheckout checkout, SweepVerdict verdict, DateTimeOffset now)
    {
        var metadata = new Dictionary<string, object?>
        {
            ["lastRecoverySweepAt"] = now.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
            ["lastRecoveryStage"] = checkout.CurrentStage,
        };
        if (verdict == SweepVerdict.NoPerson)
        {
            metadata["recoveryNote"] = "Missing member for checkout recovery";
        }

        return JsonSerializer.Serialize(metadata);
    }
}
