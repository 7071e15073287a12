using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Payments;
using Smplat.Core.Platform.Jobs;

namespace Smplat.Functions.Payments;

/// <summary>On the schedule of the parked events: both mend within a minute what went wrong with the payment provider.</summary>
public sealed class CloseSupersededPagesFunction(JobRunner runner)
{
    [Function("CloseSupersededPages")]
    public Task RunAsync(
        [TimerTrigger("%PAYMENT_EVENTS_PARKED_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) =>
        runner.TickAsync(SupersededSessionsJob.Id, cancellationToken);
}
