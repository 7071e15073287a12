using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Digests;
using Smplat.Core.Platform.Jobs;

namespace Smplat.Functions.Digests;

public sealed class SendWeeklyDigestsFunction(JobRunner runner)
{
    [Function("SendWeeklyDigests")]
    public Task RunAsync(
        [TimerTrigger("%WEEKLY_DIGEST_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) =>
        runner.TickAsync(WeeklyDigestJob.Id, cancellationToken);
}
