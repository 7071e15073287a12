using Microsoft.Extensions.Options;
using Smplat.Core.Commerce.Providers.Caching;
using Smplat.Core.Commerce.Providers.Ledger;
using Smplat.Core.Jobs;

namespace Smplat.Core.Commerce.Providers;

/// <summary>Takes expired answers out of the shared cache, which forgets nothing by itself, and old hours out of the call ledger.</summary>
public sealed class VendorUpkeepJob(
    ISharedCache shared, VendorCallStore calls, IOptionsMonitor<VendorCacheOptions> options, TimeProvider clock) : IJob
{
    public const string Id = "vendor-upkeep";

    public JobDefinition Definition { get; } = new(Id, "Expired vendor answers and old hours of the vendor call ledger")
    {
        MaxAttempts = 3,
        BaseBackoff = TimeSpan.FromSeconds(30),
        MaxBackoff = TimeSpan.FromMinutes(5),
    };

    public bool IsEnabled => true;

    public TimeSpan Spacing => TimeSpan.FromMinutes(30);

    public async Task<JobReport> RunAsync(JobRun run, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var trimmed = await calls.TrimAsync(now.AddDays(-options.CurrentValue.CallRetentionDays), cancellationToken);
        var swept = await shared.SweepAsync(now, cancellationToken);
        return JobReport.Of(trimmed > 0 || swept is > 0, ("calls_trimmed", trimmed), ("answers_swept", swept));
    }
}
