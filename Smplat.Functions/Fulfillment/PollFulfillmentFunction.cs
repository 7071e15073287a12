using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Fulfillment;
using Smplat.Core.Platform.Jobs;

namespace Smplat.Functions.Fulfillment;

public sealed class PollFulfillmentFunction(JobRunner runner)
{
    [Function("PollFulfillment")]
    public Task RunAsync(
        [TimerTrigger("%FULFILLMENT_POLL_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) =>
        runner.TickAsync(FulfillmentJob.Id, cancellationToken);
}
