using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Jobs;
using Smplat.Core.Trust.Rollup;

namespace Smplat.Functions.Trust;

public sealed class RollUpTrustFunction(JobRunner runner)
{
    [Function("RollUpTrust")]
    public Task RunAsync(
        [TimerTrigger("%TRUST_ROLLUP_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) =>
        runner.TickAsync(TrustRollupJob.Id, cancellationToken);
}
