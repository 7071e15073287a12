using Microsoft.Extensions.Options;
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
