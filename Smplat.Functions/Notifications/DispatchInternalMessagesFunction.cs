using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Outbox;

namespace Smplat.Functions.Notifications;

public sealed class DispatchInternalMessagesFunction(JobRunner runner)
{
    [Function("DispatchInternalMessages")]
    public Task RunAsync(
        [TimerTrigger("%INTERNAL_OUTBOX_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) =>
        runner.TickAsync(InternalOutboxJob.Id, cancellationToken);
}
