using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Platform.Jobs;

namespace Smplat.Functions.Jobs;

public sealed class RetryDueJobsFunction(RetryDueJobs retries)
{
    [Function("RetryDueJobs")]
    public Task RunAsync(
        [TimerTrigger("%RETRY_DUE_JOBS_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) =>
        retries.RunAsync(cancellationToken);
}
