using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Platform.Jobs;

namespace Smplat.Core.Commerce.Confirmation;

/// <summary>Resolves confirmations whose process died or whose provider did not answer, by asking the provider.</summary>
internal sealed class RecoverConfirmationsJob(
    ConfirmationStore sessions, ConfirmationRecovery recovery, IOptionsMonitor<ConfirmationOptions> options, TimeProvider clock) : IJob
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
        foreach (var session in stuck)
        {
            var verdict = await recovery.ResolveAsync(session);
            verdicts[verdict] = verdicts.GetValueOrDefault(verdict) + 1;
        }

        return stuck.Count == 0
            ? JobReport.Idle
            : JobReport.Of(
                true,
                ("claimed", stuck.Count),
                ("confirmed", verdicts.GetValueOrDefault(RecoveryVerdict.Confirmed)),
                ("released", verdicts.GetValueOrDefault(RecoveryVerdict.Released)),
                ("failed", verdicts.GetValueOrDefault(RecoveryVerdict.Failed)),
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
/// Finds out what happened to a session whose confirmation was interrupted. An order that the provider has is stored; when the
/// provider has none, the shopper may confirm again; while the provider cannot tell, nothing is decided.
/// </summary>
internal sealed class ConfirmationRecovery(
    ConfirmationStore sessions,
    ProviderOrderStore orders,
    LegConfirmation legs,
    ConfirmationRecorder recorder,
    TimeProvider clock,
    ILogger<ConfirmationRecovery> logger)
{
    public async Task<RecoveryVerdict> ResolveAsync(ClaimedSession session)
    {
        var parts = OrderLeg.From(session, null);
        var booked = await orders.FindBookedAsync(session.Id, CancellationToken.None);
        var attempts = await orders.LastAttemptsAsync(session.Id, CancellationToken.None);
        var outcomes = new List<LegOutcome>();
        foreach (var leg in parts)
        {
            if (booked.FirstOrDefault(order => order.Leg == leg.Number) is { } order)
            {
                outcomes.Add(LegConfirmation.Done(session, leg, leg.Quote, order, null));
                continue;
            }

            if (attempts.FirstOrDefault(attempt => attempt.Leg == leg.Number) is not { } attempt)
            {
                continue;
            }

            switch (await legs.ResolveAsync(session, leg, attempt))
            {
                case LegOutcome.Done done:
                    outcomes.Add(done);
                    break;
                case LegOutcome.Unknown unknown:
                    CommerceLog.Unresolved(logger, session.RequestId, attempt.ProviderId, unknown.Reason ?? "");
                    return RecoveryVerdict.Unresolved;
            }
        }

        return await DecideAsync(session, outcomes, parts);
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
