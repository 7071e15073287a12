using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Operators;
using Smplat.Core.Platform.Jobs;

namespace Smplat.Functions.Ops;

public sealed class SumCommerceHoursFunction(JobRunner runner)
{
    [Function("SumCommerceHours")]
    public Task RunAsync(
        [TimerTrigger("%SMPLAT_OPS_HOURS_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) =>
        runner.TickAsync(CommerceHoursJob.Id, cancellationToken);
}
