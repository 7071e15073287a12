namespace Smplat.Core.Platform.Jobs;

/// <summary>Work that a timer starts and an operator may start at once.</summary>
public interface IJob
{
    JobDefinition Definition { get; }

    /// <summary>The job's own switch, read live; false keeps timers from running it.</summary>
    bool IsEnabled { get; }

    /// <summary>
    /// Least time between two runs that timers start. It is what makes an occurrence that fires twice, or on two
    /// instances, run once: keep it well above zero and below the schedule's period.
    /// </summary>
    TimeSpan Spacing { get; }

    /// <summary>One pass. It must be safe to stop at any point and to repeat.</summary>
    Task<JobReport> RunAsync(JobRun run, CancellationToken cancellationToken);
}
