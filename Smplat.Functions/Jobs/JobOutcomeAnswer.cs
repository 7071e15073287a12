using Microsoft.AspNetCore.Http;
using Smplat.Core.Platform.Jobs;
using Smplat.Functions.Http;

namespace Smplat.Functions.Jobs;

/// <summary>How a run that an operator asked for ended.</summary>
public sealed record JobOutcomeAnswer(
    string Status, Guid? RunId, IReadOnlyDictionary<string, object?>? Summary, string? Error, DateTimeOffset? NextAttemptAt)
{
    public static IResult Of(JobOutcome outcome) => outcome switch
    {
        JobOutcome.Completed completed => Answer.Snake(
            new JobOutcomeAnswer("completed", completed.RunId, completed.Report.Summary, null, null)),
        JobOutcome.Failed failed => Answer.Snake(
            new JobOutcomeAnswer("failed", failed.RunId, null, failed.Error, failed.NextAttemptAt)),
        JobOutcome.Skipped { Reason: SkipReason.Disabled } => Answer.Detail(
            StatusCodes.Status409Conflict, "The job's switch is off. Turn it on, or send \"even_if_disabled\": true."),
        JobOutcome.Skipped => Answer.Detail(
            StatusCodes.Status409Conflict, "A run is under way or waits for its next attempt. Restart the job to take it over."),
        JobOutcome.Unknown unknown => Answer.Detail(StatusCodes.Status404NotFound, $"There is no job \"{unknown.JobId}\"."),
        _ => throw new InvalidOperationException($"No answer for {outcome}."),
    };
}
