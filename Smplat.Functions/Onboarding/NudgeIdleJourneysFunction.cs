using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Platform.Jobs;

namespace Smplat.Functions.Onboarding;

public sealed class NudgeIdleJourneysFunction(JobRunner runner)
{
    [Function("NudgeIdleJourneys")]
    public Task RunAsync(
        [TimerTrigger("%ONBOARDING_NUDGES_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) =>
        runner.TickAsync("onboarding-nudges", cancellationToken);
}
