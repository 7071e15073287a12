using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Platform.Jobs;

namespace Smplat.Functions.Commerce.Vendors;

public sealed class RunVendorUpkeepFunction(JobRunner runner)
{
    [Function("RunVendorUpkeep")]
    public Task RunAsync(
        [TimerTrigger("%VENDOR_UPKEEP_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) =>
        runner.TickAsync(VendorUpkeepJob.Id, cancellationToken);
}
