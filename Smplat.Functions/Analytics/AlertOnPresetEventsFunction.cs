using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Platform.Jobs;

namespace Smplat.Functions.Analytics;

public sealed class AlertOnPresetEventsFunction(JobRunner runner)
{
    [Function("AlertOnPresetEvents")]
    public Task RunAsync(
        [TimerTrigger("%PRESET_EVENT_ALERTS_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) =>
        runner.TickAsync("preset-event-alerts", cancellationToken);
}
