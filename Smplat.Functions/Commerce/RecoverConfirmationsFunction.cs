using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Platform.Jobs;

namespace Smplat.Functions.Commerce;

public sealed class RecoverConfirmationsFunction(JobRunner runner)
{
    [Function("RecoverConfirmations")]
    public Task RunAsync(
        [TimerTrigger("%RECOVER_CONFIRMATIONS_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) =>
        runner.TickAsync("recover-confirmations", cancellationToken);
}
