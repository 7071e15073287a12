using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Platform.Jobs;

namespace Smplat.Functions.Catalog.Search;

public sealed class ForgetOldSearchesFunction(JobRunner runner)
{
    [Function("ForgetOldSearches")]
    public Task RunAsync(
        [TimerTrigger("%CATALOG_SEARCH_RETENTION_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) =>
        runner.TickAsync("catalog-search-retention", cancellationToken);
}
