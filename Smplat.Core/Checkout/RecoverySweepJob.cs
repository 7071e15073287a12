using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Observability;
using Smplat.Core.Platform.Resilience;

namespace Smplat.Core.Checkout;

/// <summary>
/// Wins stalled checkouts back: reminds their people a few times, never after they paid, and hands those that do not come
/// back to operators. Safe side by side with itself.
/// </summary>
public sealed class RecoverySweepJob(
    RecoveryStore store,
    SweepStep step,
    DurableCounters counters,
    IOptionsMonitor<CheckoutRecoveryOptions> options,
    TimeProvider clock,
    ILogger<RecoverySweepJob> logger) : IJob
{
    public const string Id = "checkout-recovery-monitor";

    /// <summary>Orders older than this are history, not stalled checkouts.</summary>
    private static readonly TimeSpan Oldest = TimeSpan.FromDays(30);

    public JobDefinition Definition { get; } = new(Id, "Reminds people of checkouts that have stalled.")
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
        var tally = new Dictionary<SweepVerdict, int>();
        try
        {
            while (await SweepBatchAsync(owner, settings, tally, cancellationToken))
            {
            }
        }
        finally
        {
            await store.GiveBackAsync(owner, CancellationToken.None);
        }

        return Report(enrolled, tally);
    }

    private async Task<bool> SweepBatchAsync(
        string owner, CheckoutRecoveryOptions settings, Dictionary<SweepVerdict, int> tally, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var hold = now + TimeSpan.FromSeconds(settings.HoldSeconds);
        var claimed = await store.ClaimAsync(owner, settings.BatchSize, now, hold, cancellationToken);
        foreach (var checkout in claimed)
        {
            if (await step.TakeAsync(checkout, owner, clock.GetUtcNow(), cancellationToken) is { } verdict)
            {
                tally[verdict] = tally.GetValueOrDefault(verdict) + 1;
                counters.Increment("smplat_checkout_recovery_total", ("verdict", SweepStep.Word(verdict)));
                CheckoutLog.Swept(logger, checkout.OrderId, checkout.CurrentStage, verdict, checkout.Prompts);
            }
        }

        return claimed.Count > 0;
    }

    private static JobReport Report(int enrolled, Dictionary<SweepVerdict, int> tally)
    {
        var processed = tally.Values.Sum();
        return JobReport.Of(
            processed + enrolled > 0,
            ("processed", processed),
            ("nudges_sent", tally.GetValueOrDefault(SweepVerdict.Prompt)),
            ("escalations", tally.GetValueOrDefault(SweepVerdict.NoPerson) + tally.GetValueOrDefault(SweepVerdict.UsedUp)),
            ("suppressed", tally.GetValueOrDefault(SweepVerdict.NoConsent)),
            ("already_paid", tally.GetValueOrDefault(SweepVerdict.Paid)),
            ("canceled", tally.GetValueOrDefault(SweepVerdict.Canceled)),
            ("enrolled", enrolled));
    }
}
