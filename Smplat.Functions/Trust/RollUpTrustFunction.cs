using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Trust;

namespace Smplat.Functions.Trust;

public sealed class RollUpTrustFunction(JobRunner runner)
{
    [Function("RollUpTrust")]
    public Task RunAsync(
        [TimerTrigger("%TRUST_ROLLUP_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) =>
        runner.TickAsync(TrustRollupJob.Id, cancellationToken);
}
