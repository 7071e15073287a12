namespace Smplat.Core.Platform.Jobs;

/// <summary>How a request to run a job ended.</summary>
public abstract record JobOutcome
{
    private JobOutcome()
    {
    }

    public sealed record Completed(Guid RunId, JobReport Report) : JobOutcome;

    /// <summary>The attempt failed; with <paramref name="NextAttemptAt"/> the runner will try again by itself.</summary>
    public sealed record Failed(Guid RunId, string Error, DateTimeOffset? NextAttemptAt) : JobOutcome;

    /// <summary>Nothing was run.</summary>
    public sealed record Skipped(SkipReason Reason) : JobOutcome;

    public sealed record Unknown(string JobId) : JobOutcome;
}
