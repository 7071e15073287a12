using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Platform.Jobs;

namespace Smplat.Functions.Jobs;

public sealed class RetryDueJobsFunction(JobRunner jobs)
{
    [Function("RetryDueJobs")]
    public Task RunAsync(
        [TimerTrigger("%RETRY_DUE_JOBS_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) =>
        jobs.RetryDueAsync(cancellationToken);
}
