using Smplat.Core.Platform.Jobs;

namespace Smplat.Functions.Jobs;

/// <summary>A job with its standing figures.</summary>
/// <param name="State">Null until an instance has registered the job.</param>
public sealed record JobAnswer(
    string Id,
    string Purpose,
    bool Enabled,
    int MaxAttempts,
    double SpacingSeconds,
    JobState? State)
{
    public static JobAnswer From(IJob job, bool enabled, JobState? state) => new(
        job.Definition.Id,
        job.Definition.Purpose,
        enabled,
        job.Definition.MaxAttempts,
        job.Spacing.TotalSeconds,
        state);
}

/// <summary>All jobs of the app.</summary>
public sealed record JobsAnswer(IReadOnlyList<JobAnswer> Jobs);
