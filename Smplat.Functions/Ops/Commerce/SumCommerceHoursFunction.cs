using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Jobs;
using Smplat.Core.Operators.Page.Hours;

namespace Smplat.Functions.Ops.Commerce;

public sealed class SumCommerceHoursFunction(JobRunner runner)
{
    [Function("SumCommerceHours")]
    public Task RunAsync(
        [TimerTrigger("%SMPLAT_OPS_HOURS_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) =>
        runner.TickAsync(CommerceHoursJob.Id, cancellationToken);
}
