using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Platform.Jobs;

namespace Smplat.Core.Commerce.Confirmation;

/// <summary>Resolves confirmations whose process died or whose provider did not answer, by asking the provider.</summary>
internal sealed class RecoverConfirmationsJob(
    ConfirmationStore sessions,
    ConfirmationRecovery recovery,
    IOptionsMonitor<ConfirmationOptions> options,
    TimeProvider clock,
    ILogger<RecoverConfirmationsJob> logger) : IJob
{
    private const int Batch = 20;

    public JobDefinition Definition { get; } =
        new("recover-confirmations", "Resolves orders whose confirmation was not finished.");

    public bool IsEnabled => options.CurrentValue.RecoveryEnabled;

    public TimeSpan Spacing => TimeSpan.FromSeconds(10);

    public async Task<JobReport> RunAsync(JobRun run, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var stuck = await sessions.ClaimStuckAsync(
            now.AddSeconds(-options.CurrentValue.StuckSeconds), now, Batch, cancellationToken);
        var verdicts = new Dictionary<RecoveryVerdict, int>();
        var problems = new List<Exception>();
        foreach (var session in stuck)
        {
            try
            {
                var verdict = await recovery.ResolveAsync(session.ToSession());
                verdicts[verdict] = verdicts.GetValueOrDefault(verdict) + 1;
            }
            catch (Exception problem)
            {
                // One session costs no other its turn; this one comes again when its claim is old.
                CommerceLog.NotRecovered(logger, session.RequestId, problem.GetType().Name, problem);
                problems.Add(problem);
            }
        }

        if (problems.Count > 0 && problems.Count == stuck.Count)
        {
            throw new AggregateException("No confirmation could be recovered.", problems);
        }

        return stuck.Count == 0
            ? JobReport.Idle
            : JobReport.Of(
                true,
                ("claimed", stuck.Count),
                ("confirmed", verdicts.GetValueOrDefault(RecoveryVerdict.Confirmed)),
                ("released", verdicts.GetValueOrDefault(RecoveryVerdict.Released)),
                ("failed", verdicts.GetValueOrDefault(RecoveryVerdict.Failed)),
                ("broken", problems.Count),
                ("unresolved", verdicts.GetValueOrDefault(RecoveryVerdict.Unresolved)));
    }
}

/// <summary>How recovery resolved a session.</summary>
internal enum RecoveryVerdict
{
    Confirmed,
    Released,
    Failed,
    Unresolved,
}

/// <summary>
/// Finds out what happened to a session whose confirmation was interrupted. An order that the provider has is stored; when there
/// provably is none, the shopper may confirm again; while nothing is proven, nothing is decided. An order that stays unknown
/// for longer than its limit is handed to operators, and asked for every hour from then on.
/// </summary>
internal sealed class ConfirmationRecovery(
    ConfirmationStore sessions,
    ProviderOrderStore orders,
    LegConfirmation legs,
    ConfirmationRecorder recorder,
    ConfirmationEventLog events,
    IOptionsMonitor<ConfirmationOptions> options,
    TimeProvider clock)
{
    private static readonly TimeSpan PauseAfterHandOver = TimeSpan.FromHours(1);

    public async Task<RecoveryVerdict> ResolveAsync(ClaimedSession session)
    {
        var parts = OrderLeg.From(session, null);
        var booked = await orders.FindBookedAsync(session.Id, CancellationToken.None);
        var attempts = await orders.OpenAttemptsAsync(session.Id, CancellationToken.None);
        var outcomes = new List<LegOutcome>();
        var (isOpen, isHandedOver) = (false, true);
        foreach (var leg in parts)
        {
            var order = booked.FirstOrDefault(known => known.Leg == leg.Number);
            var done = order is null ? null : LegConfirmation.Done(session, leg, leg.Quote, order, null);
            foreach (var attempt in attempts.Where(attempt => attempt.Leg == leg.Number && !IsOf(order, attempt)))
            {
                switch (await legs.ResolveAsync(session, leg, attempt))
                {
                    case LegOutcome.Done found when done is null:
                        // Stored at once: another part or attempt may stay unknown for long.
                        await orders.BookAsync(session, found, clock.GetUtcNow(), CancellationToken.None);
                        done = found;
                        break;
                    case LegOutcome.Done second:
                        await HandOverAsync(session, attempt, $"second order {second.Order.ProviderOrderId}: cancel one of the two at the provider");
                        break;
                    case LegOutcome.Unknown unknown:
                        isOpen = true;
                        isHandedOver &= await LeaveOpenAsync(session, attempt, unknown.Reason ?? "");
                        break;
                }
            }

            if (done is not null)
            {
                outcomes.Add(done);
            }
        }

        if (!isOpen)
        {
            return await DecideAsync(session, outcomes, parts);
        }

        if (isHandedOver)
        {
            var now = clock.GetUtcNow();
            await sessions.ParkAsync(session, now + PauseAfterHandOver, now, CancellationToken.None);
        }

        return RecoveryVerdict.Unresolved;
    }

    private static bool IsOf(PlacedOrder? order, AttemptRow attempt) =>
        order is not null && attempt.Outcome is "placed" or "handed_off" && order!.Provider.ToWire() == attempt.ProviderId;

    /// <returns>Whether operators have been asked.</returns>
    private async Task<bool> LeaveOpenAsync(ClaimedSession session, AttemptRow attempt, string reason)
    {
        var limit = TimeSpan.FromMinutes(options.CurrentValue.UnknownMinutes);
        if (attempt.AttentionAt is null && clock.GetUtcNow() - (attempt.SubmittedAt ?? attempt.StartedAt) < limit)
        {
            events.Unresolved(session.RequestId, attempt.ProviderId, reason);
            return false;
        }

        await HandOverAsync(session, attempt, reason);
        return true;
    }

    private async Task HandOverAsync(ClaimedSession session, AttemptRow attempt, string reason)
    {
        if (await orders.AskOperatorsAsync(attempt, reason, clock.GetUtcNow(), CancellationToken.None))
        {
            await events.HandedOverAsync(session.RequestId, attempt, reason);
        }
    }

    private async Task<RecoveryVerdict> DecideAsync(ClaimedSession session, List<LegOutcome> outcomes, IReadOnlyList<OrderLeg> parts)
    {
        var now = clock.GetUtcNow();
        if (outcomes.Count == 0 && session.ExpiresAt > now)
        {
            await sessions.ReleaseAsync(session, now, CancellationToken.None);
            return RecoveryVerdict.Released;
        }

        var isConfirmed = outcomes.Count > 0;

        // No provider has this part: it is added as failed, so that the answer lists every part.
        if (parts.FirstOrDefault(part => outcomes.All(outcome => outcome.Number != part.Number)) is { } missing)
        {
            outcomes.Add(new LegOutcome.Failed(
                missing.Number,
                missing.Quote.Provider,
                new ProviderFailure(ConfirmCodes.OrderFailed, "the confirmation was interrupted", false)));
        }

        await recorder.RecordAsync(session, outcomes, 0);
        return isConfirmed ? RecoveryVerdict.Confirmed : RecoveryVerdict.Failed;
    }
}
