using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Jobs;
using Smplat.Core.Notifications.Internal;

namespace Smplat.Functions.Notifications;

public sealed class DispatchInternalMessagesFunction(JobRunner runner)
{
    [Function("DispatchInternalMessages")]
    public Task RunAsync(
        [TimerTrigger("%INTERNAL_OUTBOX_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) =>
        runner.TickAsync(InternalOutboxJob.Id, cancellationToken);
}
