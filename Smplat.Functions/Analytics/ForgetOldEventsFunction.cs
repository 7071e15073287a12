using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Platform.Jobs;

namespace Smplat.Functions.Analytics;

public sealed class ForgetOldEventsFunction(JobRunner runner)
{
    [Function("ForgetOldEvents")]
    public Task RunAsync(
        [TimerTrigger("%ANALYTICS_RETENTION_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) =>
        runner.TickAsync("analytics-retention", cancellationToken);
}
