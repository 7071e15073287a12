using Microsoft.Extensions.Options;
using Smplat.Core.Commerce.Providers.MealMe;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Resilience;

namespace Smplat.Core.Commerce.Providers;

/// <summary>
/// Takes expired answers out of the shared cache, which forgets nothing by itself, old hours out of the call ledger, old
/// webhooks, and the circuits of instances that are gone.
/// </summary>
public sealed class VendorUpkeepJob(
    ISharedCache shared,
    VendorCallStore calls,
    MealMeWebhookStore webhooks,
    CircuitStore circuits,
    IOptionsMonitor<VendorCacheOptions> options,
    IOptionsMonitor<MealMeOptions> mealMe,
    TimeProvider clock) : IJob
{
    private const int Batch = 5_000;

    public const string Id = "vendor-upkeep";

    public JobDefinition Definition { get; } = new(Id, "Deletes expired vendor answers, old hours of the vendor call ledger, old webhooks.")
    {
        MaxAttempts = 3,
        Backoff = new(TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(5)) { Jitter = Jitter.UpTo(TimeSpan.FromSeconds(1)) },
    };

    public bool IsEnabled => true;

    public TimeSpan Spacing => TimeSpan.FromMinutes(30);

    public async Task<JobReport> RunAsync(JobRun run, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var trimmed = await calls.TrimAsync(now.AddDays(-options.CurrentValue.CallRetentionDays), cancellationToken);
        var webhooksTrimmed = await TrimWebhooksAsync(now.AddDays(-mealMe.CurrentValue.WebhookRetentionDays), cancellationToken);
        await circuits.ForgetAsync(now - CircuitPublisher.Validity, cancellationToken);
        var swept = await shared.SweepAsync(now, cancellationToken);
        return JobReport.Of(
            trimmed > 0 || webhooksTrimmed > 0 || swept is > 0,
            ("calls_trimmed", trimmed),
            ("webhooks_trimmed", webhooksTrimmed),
            ("answers_swept", swept));
    }

    /// <summary>In batches, so that no statement holds its locks for long.</summary>
    private async Task<int> TrimWebhooksAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        var (sum, count) = (0, Batch);
        while (count == Batch)
        {
            count = await webhooks.TrimAsync(before, Batch, cancellationToken);
            sum += count;
        }

        return sum;
    }
}
