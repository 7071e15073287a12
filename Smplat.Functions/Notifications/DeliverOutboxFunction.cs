using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Jobs;
using Smplat.Core.Notifications.Delivery;

namespace Smplat.Functions.Notifications;

public sealed class DeliverOutboxFunction(JobRunner runner)
{
    [Function("DeliverOutbox")]
    public Task RunAsync(
        [TimerTrigger("%OUTBOX_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) =>
        runner.TickAsync(DeliverOutboxJob.Id, cancellationToken);
}
