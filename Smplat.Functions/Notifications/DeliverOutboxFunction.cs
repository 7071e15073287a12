using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Outbox;

namespace Smplat.Functions.Notifications;

public sealed class DeliverOutboxFunction(JobRunner runner)
{
    [Function("DeliverOutbox")]
    public Task RunAsync(
        [TimerTrigger("%OUTBOX_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) =>
        runner.TickAsync(DeliverOutboxJob.Id, cancellationToken);
}
