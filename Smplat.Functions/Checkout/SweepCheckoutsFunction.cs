using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Checkout;
using Smplat.Core.Platform.Jobs;

namespace Smplat.Functions.Checkout;

public sealed class SweepCheckoutsFunction(JobRunner runner)
{
    [Function("SweepCheckouts")]
    public Task RunAsync(
        [TimerTrigger("%CHECKOUT_RECOVERY_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) =>
        runner.TickAsync(RecoverySweepJob.Id, cancellationToken);
}
