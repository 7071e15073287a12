using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Payments;
using Smplat.Core.Platform.Jobs;

namespace Smplat.Functions.Payments;

public sealed class ReplayParkedEventsFunction(JobRunner runner)
{
    [Function("ReplayParkedEvents")]
    public Task RunAsync(
        [TimerTrigger("%PAYMENT_EVENTS_PARKED_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) =>
        runner.TickAsync(ParkedEventsJob.Id, cancellationToken);
}
