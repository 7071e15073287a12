using Microsoft.Extensions.Logging;

namespace Smplat.Core.Platform.Jobs;

/// <summary>Log events of the job runner, 1200 to 1299.</summary>
internal static partial class JobLog
{
    [LoggerMessage(1201, LogLevel.Information, "Job {JobId} completed run {RunId} ({TriggeredBy}, attempt {Attempt}) in {Seconds:F3} s: {Summary}")]
    internal static partial void Completed(
        ILogger logger, string jobId, Guid runId, string triggeredBy, int attempt, double seconds, string summary);

    [LoggerMessage(1202, LogLevel.Debug, "Job {JobId} found nothing to do in {Seconds:F3} s")]
    internal static partial void Idle(ILogger logger, string jobId, double seconds);

    // The event name is a contract: the alerts in the incident guide search for it.
    [LoggerMessage(1203, LogLevel.Error, "server_action_failed: job {Name}, run {RunId}, attempt {Attempt}, next attempt {NextAttemptAt}: {Problem}", EventName = "server_action_failed")]
    internal static partial void ServerActionFailed(
        ILogger logger, string name, Guid runId, int attempt, DateTimeOffset? nextAttemptAt, string problem, Exception exception);

    [LoggerMessage(1204, LogLevel.Warning, "Job {JobId} lost the lease of run {RunId}; another instance may have taken over")]
    internal static partial void LeaseLost(ILogger logger, string jobId, Guid runId);

    [LoggerMessage(1205, LogLevel.Warning, "Job {JobId} found run {RunId} of {Owner} abandoned")]
    internal static partial void Abandoned(ILogger logger, string jobId, Guid runId, string owner);

    [LoggerMessage(1206, LogLevel.Error, "Job {JobId} cannot reach the ledger: {Problem}")]
    internal static partial void LedgerUnavailable(ILogger logger, string jobId, string problem);
}
