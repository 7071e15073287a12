using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Billing;
using Smplat.Core.Platform.Jobs;

namespace Smplat.Functions.Checkout.Hosted;

public sealed class RecoverHostedSessionsFunction(JobRunner runner)
{
    [Function("RecoverHostedSessions")]
    public Task RunAsync(
        [TimerTrigger("%HOSTED_RECOVERY_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) =>
        runner.TickAsync(HostedRecoveryJob.Id, cancellationToken);
}
