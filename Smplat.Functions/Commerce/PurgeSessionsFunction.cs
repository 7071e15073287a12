using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Platform.Jobs;

namespace Smplat.Functions.Commerce;

public sealed class PurgeSessionsFunction(JobRunner runner)
{
    [Function("PurgeSessions")]
    public Task RunAsync(
        [TimerTrigger("%PURGE_ROUTING_SESSIONS_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) =>
        runner.TickAsync("purge-routing-sessions", cancellationToken);
}
