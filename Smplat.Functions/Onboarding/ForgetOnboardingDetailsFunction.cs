using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Platform.Jobs;

namespace Smplat.Functions.Onboarding;

public sealed class ForgetOnboardingDetailsFunction(JobRunner runner)
{
    [Function("ForgetOnboardingDetails")]
    public Task RunAsync(
        [TimerTrigger("%ONBOARDING_RETENTION_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) =>
        runner.TickAsync("onboarding-retention", cancellationToken);
}
