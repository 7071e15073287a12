using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Npgsql;
using Smplat.Core.Platform.Outbox;

namespace Smplat.Core.Checkout;

/// <summary>Acts on one claimed checkout: its event, its next date and the message commit together.</summary>
public sealed class SweepStep(
    NpgsqlDataSource database,
    RecoveryStore recovery,
    CheckoutStore checkouts,
    OutboxWriter outbox,
    IOptionsMonitor<CheckoutRecoveryOptions> options)
{
    public const string Note = "Recovery sweep executed";

    /// <returns>Null when somebody else has the checkout now.</returns>
    public async Task<SweepVerdict?> TakeAsync(
        StalledCheckout checkout, string owner, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var settings = options.CurrentValue;
        var verdict = SweepPolicy.Decide(checkout, settings.MaxPrompts);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (!await recovery.HoldAsync(checkout.Id, owner, transaction, cancellationToken))
        {
            return null;
        }

        await checkouts.WriteAsync([Change(checkout, verdict, settings, now)], now, transaction, cancellationToken);
        await SpeakAsync(checkout, verdict, settings, now, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return verdict;
    }

    private static CheckoutChange Change(
        StalledCheckout checkout, SweepVerdict verdict, CheckoutRecoveryOptions settings, DateTimeOffset now)
    {
        var payload = JsonSerializer.Serialize(new { verdict = Word(verdict), prompts = checkout.Prompts });
        var swept = new CheckoutStep(checkout.CurrentStage, CheckoutStatus.Waiting, Note, payload);
        var (standing, steps) = verdict switch
        {
            SweepVerdict.Paid => Follow(checkout, "processing", swept, now),
            SweepVerdict.Canceled => Follow(checkout, "canceled", swept, now),
            SweepVerdict.UsedUp => (
                checkout.Standing with { Status = CheckoutStatus.Failed, FailedAt = now, NextActionAt = null },
                [swept, new(checkout.CurrentStage, CheckoutStatus.Failed, "All recovery prompts were used")]),
            _ => (
                checkout.Standing with { NextActionAt = now + TimeSpan.FromHours(settings.IntervalHours) },
                (CheckoutStep[])[swept]),
        };
        return new(checkout.Id, standing, Metadata(checkout, verdict, now), steps, IsPrompt: Counts(verdict));
    }

    private static (CheckoutState Standing, CheckoutStep[] Steps) Follow(
        StalledCheckout checkout, string orderStatus, CheckoutStep swept, DateTimeOffset now)
    {
        var steps = CheckoutSyncPolicy.Steps(checkout.Standing, orderStatus, null, now, now);
        return steps.Count == 0
            ? (checkout.Standing with { NextActionAt = null }, [swept])
            : (steps[^1].Standing, [swept, .. steps.Select(step => step.Step)]);
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

    /// <summary>A try without anybody to remind counts too, so that no checkout is swept for ever.</summary>
    private static bool Counts(SweepVerdict verdict) =>
        verdict is SweepVerdict.Prompt or SweepVerdict.NoConsent or SweepVerdict.NoPerson;

    private async Task SpeakAsync(
        StalledCheckout checkout,
        SweepVerdict verdict,
        CheckoutRecoveryOptions settings,
        DateTimeOffset now,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken)
    {
        if (verdict is SweepVerdict.Prompt or SweepVerdict.NoConsent)
        {
            var number = checkout.Prompts + 1;
            var prompt = new OutboxMessage(
                MessageKinds.CheckoutRecoveryPrompt,
                OutboxChannel.Email,
                null,
                checkout.UserId,
                $"checkout:{checkout.Id}:{checkout.CurrentStage}:{number}",
                PromptPayload.Of(checkout, number),
                now);
            await (verdict == SweepVerdict.Prompt
                ? outbox.EnqueueAsync(prompt, transaction, cancellationToken)
                : outbox.LeaveSuppressedAsync(
                    prompt, SuppressionReason.PreferenceOff(Preference.OrderUpdates), transaction, cancellationToken));
        }

        if (verdict is SweepVerdict.NoPerson or SweepVerdict.UsedUp)
        {
            foreach (var recipient in settings.AlertRecipients)
            {
                await outbox.EnqueueAsync(
                    new(
                        MessageKinds.CheckoutRecoveryEscalation,
                        OutboxChannel.Email,
                        recipient,
                        null,
                        $"checkout-escalation:{checkout.Id}:{Word(verdict)}:{recipient}",
                        PromptPayload.Escalation(checkout, Word(verdict)),
                        now),
                    transaction,
                    cancellationToken);
            }
        }
    }

    internal static string Word(SweepVerdict verdict) => verdict switch
    {
        SweepVerdict.Prompt => "prompt",
        SweepVerdict.NoConsent => "no_consent",
        SweepVerdict.Paid => "paid",
        SweepVerdict.Canceled => "canceled",
        SweepVerdict.NoPerson => "no_person",
        _ => "prompts_used_up",
    };
}
