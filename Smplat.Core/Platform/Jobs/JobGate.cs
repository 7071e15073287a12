using Microsoft.Extensions.Options;

namespace Smplat.Core.Platform.Jobs;

/// <summary>Whether timers may run a job now: its own switch, and the scheduler's for catalogue jobs.</summary>
public sealed class JobGate(IOptionsMonitor<JobsOptions> options)
{
    public bool IsOpenFor(IJob job) =>
        job.IsEnabled && (!job.Definition.IsCatalogJob || options.CurrentValue.SchedulerEnabled);
}
