using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Platform.Jobs;

namespace Smplat.Functions.Onboarding;

public sealed class MarkStalledJourneysFunction(JobRunner runner)
{
    [Function("MarkStalledJourneys")]
    public Task RunAsync(
        [TimerTrigger("%ONBOARDING_STALLED_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) =>
        runner.TickAsync("onboarding-stalled", cancellationToken);
}
