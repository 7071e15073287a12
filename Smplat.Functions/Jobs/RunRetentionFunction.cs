using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Platform.Jobs;

namespace Smplat.Functions.Jobs;

public sealed class RunRetentionFunction(JobRunner runner)
{
    [Function("RunRetention")]
    public Task RunAsync(
        [TimerTrigger("%RETENTION_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) =>
        runner.TickAsync("retention", cancellationToken);
}
