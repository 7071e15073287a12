using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Platform.Jobs;

namespace Smplat.Functions.Analytics;

public sealed class RollUpPresetEventsFunction(JobRunner runner)
{
    [Function("RollUpPresetEvents")]
    public Task RunAsync(
        [TimerTrigger("%PRESET_EVENT_METRICS_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) =>
        runner.TickAsync("preset-event-metrics", cancellationToken);
}
