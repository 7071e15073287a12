using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Resilience;

namespace Smplat.Core.Merchandising;

/// <summary>
/// Deletes blobs that no product needs: uploads that nobody finished, and media that were removed. The row of an upload goes
/// only after its blob, so a run that is stopped in between is finished by the next one.
/// </summary>
internal sealed class AssetCleanupJob(
    ProductAssetStore assets,
    IAssetStorage storage,
    IOptionsMonitor<MerchandisingOptions> options,
    TimeProvider clock,
    ILogger<AssetCleanupJob> logger) : IJob
{
    public const string Id = "asset-cleanup";

    private const int Batch = 100;

    public JobDefinition Definition { get; } = new(Id, "Deletes uploads that nobody finished and the files of removed media.")
    {
        MaxAttempts = 3,
        Backoff = new(TimeSpan.FromSeconds(60), TimeSpan.FromMinutes(10)) { Jitter = Jitter.UpTo(TimeSpan.FromSeconds(10)) },
    };

    public bool IsEnabled => true;

    public TimeSpan Spacing => TimeSpan.FromMinutes(5);

    public async Task<JobReport> RunAsync(JobRun run, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var before = now.AddMinutes(-options.CurrentValue.CleanupMaxAgeMinutes);
        var deleted = 0;
        IReadOnlyList<string> taken;
        do
        {
            taken = await assets.TakeAbandonedAsync(before, Batch, now, cancellationToken);
            foreach (var key in taken)
            {
                await storage.DeleteAsync(key, cancellationToken);
                await assets.DeleteUploadAsync(key, cancellationToken);
                deleted++;
            }
        }
        while (taken.Count == Batch);

        if (deleted > 0)
        {
            MerchandisingLog.BlobsDeleted(logger, deleted);
        }

        return JobReport.Of(deleted > 0, ("deleted", deleted));
    }
}
