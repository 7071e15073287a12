using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Resilience;

namespace Smplat.Core.Catalog;

/// <summary>
/// Deletes search terms that were not used for a while; visitors may type private things into a search box.
/// </summary>
internal sealed class SearchRetentionJob(SearchStore store, IOptionsMonitor<CatalogOptions> options, TimeProvider clock) : IJob
{
    public JobDefinition Definition { get; } = new("catalog-search-retention", "Deletes search terms that were not used for a while.")
    {
        MaxAttempts = 5,
        Backoff = new(TimeSpan.FromSeconds(60), TimeSpan.FromMinutes(30)) { Jitter = Jitter.UpTo(TimeSpan.FromSeconds(1)) },
    };

    public bool IsEnabled => true;

    public TimeSpan Spacing => TimeSpan.FromHours(1);

    public async Task<JobReport> RunAsync(JobRun run, CancellationToken cancellationToken)
    {
        var before = clock.GetUtcNow().AddDays(-options.CurrentValue.SearchRetentionDays);
        var deleted = await store.ForgetAsync(before, cancellationToken);
        return JobReport.Of(deleted > 0, ("forgotten", deleted));
    }
}
